"""What a spooled call looks like inside its seal, and how its files are named.

One object per call, in segments of 4 KiB, holds records in the order in which things became
known: audio of one party at its place on the timeline, labelled gaps, ledger lines, the envelope,
and an end. Zero bytes between records fill a segment that has to be sealed before it is full.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING
from uuid import UUID

from callward.line.states import Party
from callward.sealing.wrap import key_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from callward.line.ports import SpoolKey

SEGMENT = 4096
KEY_SCHEMA = "callward.spool-key/1"
NEW, RUNNING, FINISHED, KEY = ".new", ".part", ".spool", ".key"
PARTIES = (Party.OUTER, Party.AGENT)  # a party's channel is its place
_HEAD = struct.Struct(">BBHI")
HEAD_SIZE = _HEAD.size
LONGEST = 0xFFFF


class Kind(IntEnum):
    """What a record holds; zero fills."""

    AUDIO = 1
    GAP = 2
    ENTRY = 3
    LEDGER = 4
    ENVELOPE = 5
    END = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record; `place` is a sample of the timeline, or an offset within a longer text."""

    kind: int
    channel: int
    place: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of the timeline that was not recorded on purpose, in samples."""

    began: int
    ended: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedKey:
    """The data key of one call, locked to the spool epoch of its day."""

    ref: UUID
    epoch: str
    key_id: bytes
    wrapped: bytes

    @property
    def context(self) -> bytes:
        """What the lock is bound to."""
        return lock_context(self.ref, self.epoch)

    def as_bytes(self) -> bytes:
        """The content of a key file."""
        content = {
            "schema": KEY_SCHEMA,
            "ref": str(self.ref),
            "epoch": self.epoch,
            "key_id": self.key_id.hex(),
            "wrapped": self.wrapped.hex(),
        }
        return json.dumps(content).encode()


def locked_key(raw: bytes) -> LockedKey:
    """Read a key file; raises ValueError when it is none."""
    content = json.loads(raw)
    if not isinstance(content, dict) or content.get("schema") != KEY_SCHEMA:
        raise ValueError(KEY_SCHEMA)
    try:
        return LockedKey(
            ref=UUID(content["ref"]),
            epoch=str(content["epoch"]),
            key_id=bytes.fromhex(content["key_id"]),
            wrapped=bytes.fromhex(content["wrapped"]),
        )
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError(KEY_SCHEMA) from fault


def lock_context(ref: UUID, epoch: str) -> bytes:
    """What the lock of a call's data key is bound to."""
    return b"spool\0" + ref.bytes + epoch.encode()


def seal_context(ref: UUID) -> bytes:
    """What the sealed object of a call is bound to."""
    return b"callward/spool/1\0" + ref.bytes


def lock_for(key: SpoolKey, ref: UUID, wrapped: bytes) -> LockedKey:
    """Name by which key of which epoch a data key was locked."""
    return LockedKey(ref=ref, epoch=key.epoch, key_id=key_id(key.public), wrapped=wrapped)


def record(kind: Kind, content: bytes | bytearray, *, channel: int = 0, place: int = 0) -> bytes:
    """Write one record."""
    return _HEAD.pack(kind, channel, len(content), place) + content


def text_records(kind: Kind, text: bytes) -> bytes:
    """Write a text of any length; the record at offset 0 begins it anew."""
    pieces = range(0, max(1, len(text)), LONGEST)
    return b"".join(record(kind, text[at : at + LONGEST], place=at) for at in pieces)


def gap_record(gap: Gap) -> bytes:
    """Write a labelled gap."""
    content = json.dumps({"ended": gap.ended, "label": gap.label}).encode()
    return record(Kind.GAP, content, place=gap.began)


def gap_of(found: Record) -> Gap:
    """Read a labelled gap."""
    content = json.loads(found.content)
    return Gap(began=found.place, ended=content["ended"], label=content["label"])


def records(chunks: Iterable[bytes]) -> Iterator[Record]:
    """Read records; a last one that is cut off is left out."""
    waiting, at = b"", 0
    for chunk in chunks:
        waiting, at = waiting[at:] + chunk, 0
        while at < len(waiting):
            if waiting[at] == 0:
                at = _behind_filling(waiting, at)
                continue
            if len(waiting) - at < HEAD_SIZE:
                break
            kind, channel, length, place = _HEAD.unpack_from(waiting, at)
            end = at + HEAD_SIZE + length
            if end > len(waiting):
                break
            content = waiting[at + HEAD_SIZE : end]
            yield Record(kind=kind, channel=channel, place=place, content=content)
            at = end


def _behind_filling(waiting: bytes, at: int) -> int:
    return len(waiting) - len(waiting[at:].lstrip(b"\0"))
