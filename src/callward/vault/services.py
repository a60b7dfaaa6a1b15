"""Seal, open, move, destroy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.sealing.stream import SealedReader
    from callward.vault.ports import ServiceKey
    from callward.vault.states import (
        Destruction,
        IntentKind,
        IntentView,
        Plain,
        Reconciliation,
        ScanReport,
        Sealed,
        ToSeal,
    )


def public_key(epoch: str) -> bytes:
    """Give the public key of an epoch, made when it is not there yet."""
    raise NotImplementedError


def prepare_epochs(epochs: Iterable[str]) -> Mapping[str, bytes]:
    """Make epoch keys ahead."""
    raise NotImplementedError


def service_key(name: str) -> ServiceKey:
    """Give a named key of the house."""
    raise NotImplementedError


def seal_group(items: Sequence[ToSeal], *, at: datetime) -> list[Sealed]:
    """Seal recordings in memory, durable and read back as one group; no rows yet."""
    raise NotImplementedError


def seal(
    content: Iterable[bytes] | Plain,
    *,
    epoch: str,
    at: datetime,
    parts: Mapping[str, bytes] | None = None,
) -> Sealed:
    """Seal one recording as it streams, durable and read back; no rows yet."""
    raise NotImplementedError


def register(group: Sequence[Sealed], *, controller_ref: Ref, at: datetime) -> None:
    """Write the rows of sealed recordings, inside the caller's transaction."""
    raise NotImplementedError


def open_part(ref: Ref, part: str = "audio") -> SealedReader:
    """Open a part of a recording for reading ranges."""
    raise NotImplementedError


def read_range(ref: Ref, part: str, start: int, length: int) -> bytes:
    """Read one range of a part."""
    raise NotImplementedError


def part_size(ref: Ref, part: str = "audio") -> int:
    """Tell the plain size of a part without opening it."""
    raise NotImplementedError


def add_part(ref: Ref, name: str, content: Plain) -> None:
    """Seal another part under the recording's own data key."""
    raise NotImplementedError


def move(refs: Sequence[Ref], *, to: str, at: datetime) -> int:
    """Lock recordings to another epoch (hold, release, event come)."""
    raise NotImplementedError


def discard(refs: Sequence[Ref]) -> int:
    """Drop what was sealed and never registered."""
    raise NotImplementedError


def intend(
    refs: Sequence[Ref],
    *,
    epoch: str | None,
    kind: IntentKind,
    rule: str,
    actor: Actor,
    at: datetime,
) -> IntentView:
    """Write down a destruction, in the caller's transaction, before anything is destroyed."""
    raise NotImplementedError


def destroy(intent: IntentView | Ref, *, at: datetime) -> Destruction:
    """Destroy the key, then everything it locked; may be repeated after a crash."""
    raise NotImplementedError


def open_intents() -> list[IntentView]:
    """List destructions that a crash left unfinished."""
    raise NotImplementedError


def reconcile() -> Reconciliation:
    """Compare rows, objects and wraps."""
    raise NotImplementedError


def scan(markers: Sequence[bytes] = ()) -> ScanReport:
    """Look for bytes of destroyed keys in every file."""
    raise NotImplementedError
