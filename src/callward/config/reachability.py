"""How this house reaches what it publishes, and whom else it may talk to."""

from __future__ import annotations

import http.client
import smtplib
import socket
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from callward import deployment
from callward.kernel.http_connection import connection_to

if TYPE_CHECKING:
    from pathlib import Path

    from callward.kernel.references import Ref

_PATIENCE = 5.0  # seconds for one contact; ten contacts must fit well into a round
_TAKEN = range(200, 300)
_PAGE_OPENS = range(200, 400)
_RESERVED = (".example", ".test", ".invalid", ".localhost", "example.com", "example.org")


def _is_reserved(host: str) -> bool:
    """Whether a name stands only in documentation: nobody can answer there."""
    return host.endswith(_RESERVED) or f".{host}".endswith(_RESERVED)


class Reach:
    """Asks a mail server whether it takes mail for an address, and a site for its first page.

    The setting `mail.host` names the mail server to ask; without it nobody can tell.
    """

    def mail(self, address: str) -> bool | None:
        """Whether the mail server takes mail for the address; nothing is ever sent."""
        chosen = deployment.chosen().mail
        if not chosen.host:
            return None
        try:
            host, _, port = chosen.host.partition(":")
            with smtplib.SMTP(host, int(port or chosen.port), timeout=_PATIENCE) as server:
                server.ehlo_or_helo_if_needed()
                server.mail("")
                code, _words = server.rcpt(address)
                server.rset()
        except (OSError, ValueError, smtplib.SMTPException):
            return False
        return code in _TAKEN

    def web(self, address: str) -> bool | None:
        """Whether the page opens; None for names that stand only in documentation."""
        parts = urlsplit(address)
        host = parts.hostname or ""
        if _is_reserved(host):
            return None
        opened = connection_to(parts, patience=_PATIENCE)
        try:
            opened.request("GET", parts.path or "/", headers={"User-Agent": "callward"})
            return opened.getresponse().status in _PAGE_OPENS
        except (OSError, http.client.HTTPException):
            return False
        finally:
            opened.close()


class Visitor:
    """Visits the public pages of this house, at the address that its web program wrote down."""

    def __init__(self, address: Path) -> None:
        self._address = address

    def cookies_of(self, page: str) -> frozenset[str] | None:
        """The names of the cookies that a first visit gets; None when nobody opens."""
        if not self._address.is_file():
            return None
        host, _, port = self._address.read_text().strip().rpartition(":")
        opened = http.client.HTTPConnection(host, int(port), timeout=_PATIENCE)
        try:
            opened.request("GET", page, headers={"Host": f"localhost:{port}"})
            answer = opened.getresponse()
            given = answer.headers.get_all("Set-Cookie", [])
        except (OSError, http.client.HTTPException):
            return None
        finally:
            opened.close()
        return frozenset(name for one in given for name in SimpleCookie(one))


def declared_hosts(controller_ref: Ref) -> frozenset[str]:
    """The hosts that this house chose to talk to: its servers, gateways and stores."""
    del controller_ref  # the house talks to its carriers through the line, which speaks UDP
    chosen = deployment.chosen()
    named = {chosen.mail.host.partition(":")[0], *chosen.database_hosts()}
    named.add(urlsplit(chosen.objects.endpoint).hostname or "")
    return frozenset(named - {""}).union(*map(_addresses_of, named - {""}))


def _addresses_of(host: str) -> frozenset[str]:
    """The addresses that a name has now; a connection knows nothing of names."""
    try:
        return frozenset(str(found[4][0]) for found in socket.getaddrinfo(host, None))
    except OSError:
        return frozenset()
