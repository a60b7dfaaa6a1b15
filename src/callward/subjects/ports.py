"""What subjects need from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from callward.kernel.ports import Port

if TYPE_CHECKING:
    from callward.kernel.references import Ref


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


field_keys: Port[FieldKeys] = Port("subjects.field_keys")


@dataclass(frozen=True, slots=True)
class SealedTexts:
    """Short texts that the rows of one package keep sealed to their controller."""

    package: str

    def seal(self, text: str, controller_ref: Ref) -> bytes:
        """Seal a text; nothing stays nothing."""
        return field_keys.get().seal(text, self._context(controller_ref)) if text else b""

    def open(self, sealed: bytes | memoryview, controller_ref: Ref) -> str:
        """Open what `seal` made for the same controller."""
        content = bytes(sealed)
        return field_keys.get().open(content, self._context(controller_ref)) if content else ""

    def _context(self, controller_ref: Ref) -> bytes:
        return f"{self.package}/".encode() + controller_ref.bytes
