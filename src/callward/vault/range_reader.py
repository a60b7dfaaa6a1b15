"""Opening ranges of sealed recordings, as long as their key lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.sealing.errors import SealBrokenError
from callward.vault import ports
from callward.vault.errors import (
    ObjectNotFoundError,
    PartMissingError,
    RecordingGoneError,
    SealedObjectDamagedError,
    SealedObjectMissingError,
)
from callward.vault.ledger_replay import require_replayed
from callward.vault.models import SealedItem, SealedPart
from callward.vault.seal_groups import reader_of
from callward.vault.states import AUDIO

if TYPE_CHECKING:
    from callward.kernel.references import Ref
    from callward.sealing.stream import SealedReader


def part_size(ref: Ref, part: str = AUDIO) -> int:
    """Tell the plain size of a part without opening it."""
    sizes = SealedPart.objects.filter(item_ref=ref, name=part).values_list("plain_size", flat=True)
    found = sizes.first()
    if found is None:
        gone = not ports.key_store.get().has(ref)
        raise RecordingGoneError(ref=ref) if gone else PartMissingError(ref=ref, part=part)
    return found


def open_part(ref: Ref, part: str = AUDIO) -> SealedReader:
    """Open a part for reading ranges; its reads raise SealBrokenError when it is damaged.

    No row is read: key, context and the last segment prove what the object is.
    """
    require_replayed()
    key = ports.key_store.get().open(ref)
    try:
        reader = reader_of(ref, part, key=key)
        reader.require_end()
    except ObjectNotFoundError:
        part_size(ref, part)  # tells a part that never was from one that is missing
        raise SealedObjectMissingError(ref=ref) from None
    except SealBrokenError as error:
        raise SealedObjectDamagedError(ref=ref, why=error.code) from error
    return reader


def read_range(ref: Ref, part: str, start: int, length: int) -> bytes:
    """Read one range of a part."""
    reader = open_part(ref, part)
    try:
        return reader.read(start, length)
    except ObjectNotFoundError:
        raise SealedObjectMissingError(ref=ref) from None
    except SealBrokenError as error:
        raise SealedObjectDamagedError(ref=ref, why=error.code) from error


def item_refs() -> list[Ref]:
    """List everything that is registered, the oldest first."""
    return list(SealedItem.objects.order_by("ref").values_list("ref", flat=True))


def verify_part(ref: Ref, part: str = AUDIO) -> None:
    """Open a whole part and throw it away; refuses by name what is damaged."""
    reader = open_part(ref, part)
    try:
        for _chunk in reader.chunks():
            pass
    except SealBrokenError as error:
        raise SealedObjectDamagedError(ref=ref, why=error.code) from error
