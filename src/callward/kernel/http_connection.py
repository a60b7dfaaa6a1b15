"""A connection to the server of an address, for programs that ask for a page or two."""

from __future__ import annotations

import http.client
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from urllib.parse import SplitResult


def connection_to(address: SplitResult, *, patience: float) -> http.client.HTTPConnection:
    """Open a connection when it is first used; over TLS the server's name is proven.

    `patience` is in seconds and holds for each answer.
    """
    host, port = address.hostname or "", address.port
    if address.scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=patience)
    trust = ssl.create_default_context()
    return http.client.HTTPSConnection(host, port, timeout=patience, context=trust)
