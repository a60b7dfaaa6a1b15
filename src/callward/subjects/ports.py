"""What subjects need from outside."""

from __future__ import annotations

from typing import Protocol

from callward.kernel.ports import Slot


class FieldKeys(Protocol):
    """Uses the lookup key and the field key without ever showing them."""

    def blind(self, text: str) -> bytes:
        """The keyed digest (HMAC-SHA256, lookup key) that a text is found by."""
        ...

    def seal(self, text: str, context: bytes) -> bytes:
        """Seal a short text to its context (field key)."""
        ...

    def open(self, sealed: bytes, context: bytes) -> str:
        """Open what `seal` made for the same context."""
        ...


field_keys: Slot[FieldKeys] = Slot("subjects.field_keys")
