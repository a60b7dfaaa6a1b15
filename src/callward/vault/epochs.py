"""Names of epochs: whose recordings, from which activity, are destroyed together on which day."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from callward.kernel.references import Ref

_SPOOL = "spool-"


def due_epoch(controller_ref: Ref, activity: str, due: date) -> str:
    """Name the epoch of everything that one activity must destroy on one day."""
    return f"c/{controller_ref}/{activity}/{due.isoformat()}"


def open_epoch(controller_ref: Ref, activity: str, contract_ref: Ref) -> str:
    """Name the epoch of what waits for an event before its due day is known."""
    return f"c/{controller_ref}/{activity}/open/{contract_ref}"


def hold_epoch(controller_ref: Ref, hold_ref: Ref) -> str:
    """Name the epoch of what one legal hold keeps."""
    return f"c/{controller_ref}/hold/{hold_ref}"


def spool_epoch(day: date) -> str:
    """Name the epoch of what the phone line records on one day, until it is collected."""
    return f"{_SPOOL}{day.isoformat()}"


def is_spool(epoch: str) -> bool:
    """Say whether an epoch belongs to the phone line's spool."""
    return epoch.startswith(_SPOOL)


def rescue_epoch(position: int) -> str:
    """Name the epoch of what a replay moved out of the way of a destruction it was not part of."""
    return f"rescued/{position}"


def is_hold(epoch: str) -> bool:
    """Say whether an epoch belongs to a legal hold."""
    parts = epoch.split("/")
    return len(parts) == 4 and parts[2] == "hold"  # noqa: PLR2004  # c/<controller>/hold/<hold>


def wrap_context(ref: Ref, epoch: str) -> bytes:
    """Bind a wrapped key to its recording and epoch."""
    return ref.bytes + epoch.encode()


def part_context(ref: Ref, part: str) -> bytes:
    """Bind a sealed object to its recording and part."""
    return b"part\0" + ref.bytes + part.encode()
