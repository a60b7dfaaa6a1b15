"""What a number is found by and what its seal is bound to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callward.kernel.numbers import PhoneNumber
    from callward.kernel.references import Ref


def blind_text(controller_ref: Ref, number: PhoneNumber) -> str:
    """The text that is digested: one number means another digest to every controller."""
    return f"{controller_ref}/{number.e164}"


def seal_context(number_ref: Ref) -> bytes:
    """What a sealed number is bound to, so that no row opens with another row's number."""
    return b"subjects/number/" + number_ref.bytes
