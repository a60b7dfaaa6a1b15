"""A copy in clear leaves: the same checks as a play, and its own audit event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyView:
    """What was written out."""

    recording_ref: Ref
    mime: str
    bytes: int
    sha256: str
    as_captured: bool


def export_copy(  # noqa: PLR0913  # who, what for, in whose hands and when are each named
    recording_ref: Ref,
    *,
    purpose: str | None,
    user_ref: Ref,
    second_factor: bool,
    actor: Actor,
    to: BinaryIO,
    at: datetime,
) -> CopyView:
    """Write a recording in clear into an open stream, refused and audited as a play is."""
    raise NotImplementedError
