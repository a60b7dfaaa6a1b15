"""What accounts need from below and beside."""

from __future__ import annotations

from typing import Protocol

from callward.kernel.ports import Port


class CredentialBox(Protocol):
    """Seals the secrets of second factors, so that no database file holds them in clear."""

    def seal(self, secret: str) -> str: ...

    def open(self, sealed: str) -> str: ...


credential_box: Port[CredentialBox] = Port("accounts.credential_box")
