"""Field keys that tests know, and numbers from the ranges kept for fiction."""

from __future__ import annotations

from hashlib import sha256

from callward.kernel.numbers import PhoneNumber
from callward.sealing import digests, secret
from callward.subjects import ports


class LocalFieldKeys:
    """Blinds and seals under keys that tests know."""

    def __init__(self) -> None:
        self._lookup = sha256(b"lookup").digest()
        self._fields = sha256(b"fields").digest()

    def blind(self, text: str) -> bytes:
        return digests.keyed_digest(self._lookup, text)

    def seal(self, text: str, context: bytes) -> bytes:
        return secret.seal_secret(text.encode(), self._fields, context)

    def open(self, sealed: bytes, context: bytes) -> str:
        return secret.open_secret(sealed, self._fields, context).decode()


def plug_field_keys() -> LocalFieldKeys:
    """Give subjects their keys."""
    keys = LocalFieldKeys()
    ports.field_keys.bind(keys)
    return keys


MARA = PhoneNumber(e164="+442079460001")
PETRAS = PhoneNumber(e164="+442079460002")


def fictional(count: int) -> list[PhoneNumber]:
    """As many numbers as asked, all of a range that belongs to nobody."""
    return [PhoneNumber(e164=f"+1202555{number:04d}") for number in range(count)]
