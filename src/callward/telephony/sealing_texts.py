"""Numbers and secrets that the phone line's rows keep sealed to their controller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.subjects.ports import field_keys

if TYPE_CHECKING:
    from callward.kernel.references import Ref


def _context(controller_ref: Ref) -> bytes:
    return b"telephony/" + controller_ref.bytes


def seal(text: str, controller_ref: Ref) -> bytes:
    """Seal a short text to its controller; nothing stays nothing."""
    return field_keys.get().seal(text, _context(controller_ref)) if text else b""


def open_sealed(sealed: bytes | memoryview, controller_ref: Ref) -> str:
    """Open what `seal` made for the same controller."""
    content = bytes(sealed)
    return field_keys.get().open(content, _context(controller_ref)) if content else ""
