"""Sealing what comes in: a group at a time, durable and read back before anybody says so."""

from __future__ import annotations

import hashlib
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import DatabaseError, InterfaceError, transaction

from callward.bulk_insert import keep_rows
from callward.kernel.references import new_ref
from callward.sealing.digests import sha256
from callward.sealing.errors import SealBrokenError
from callward.sealing.stream import SealedReader, Sealer, new_key, seal_stream
from callward.sealing.wrap import key_id, wrap
from callward.vault import crash_points, ports
from callward.vault.epochs import part_context, wrap_context
from callward.vault.errors import (
    ItemRegisteredError,
    ObjectNotFoundError,
    PartMissingError,
    ReadBackError,
)
from callward.vault.models import SealedItem, SealedPart
from callward.vault.objects import object_name, ref_of, shard_of
from callward.vault.states import AUDIO, Sealed, SealedPartFact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.vault.states import Plain, ToSeal

# Two seal while two wait for the disk.
SEALING_THREADS = 4
_PART_NAME_LONGEST = 20
_READ_AHEAD = 4 * 1024 * 1024
_log = logging.getLogger(__name__)
_own = threading.local()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A recording on its way into the store."""

    ref: Ref
    key: bytes
    item: ToSeal


def _sealer() -> Sealer:
    if not hasattr(_own, "sealer"):
        _own.sealer = Sealer()
    sealer: Sealer = _own.sealer
    return sealer


def _require_part_name(name: str) -> None:
    if not (name.isascii() and name.isalnum() and name.islower()) or len(name) > _PART_NAME_LONGEST:
        raise PartMissingError(ref="", part=name)


def _seal_part(ref: Ref, key: bytes, name: str, content: Plain) -> tuple[Plain, SealedPartFact]:
    _require_part_name(name)
    sealed = _sealer().seal(content, key=key, context=part_context(ref, name))
    return sealed, SealedPartFact(name=name, plain_size=len(content), sealed_size=len(sealed))


def _create_part(ref: Ref, key: bytes, name: str, content: Plain) -> SealedPartFact:
    sealed, fact = _seal_part(ref, key, name, content)
    ports.objects.get().create(object_name(ref, name), sealed)
    return fact


def _seal_one(begun: _Begun) -> Sealed:
    ref, item = begun.ref, begun.item
    facts = [_create_part(ref, begun.key, AUDIO, item.audio)]
    facts += [_create_part(ref, begun.key, name, content) for name, content in item.parts.items()]
    sealed = Sealed(
        ref=ref,
        epoch=item.epoch,
        sha256=item.sha256 or sha256(item.audio),
        size=len(item.audio),
        parts=tuple(facts),
    )
    _require_same(begun, sealed)
    return sealed


def reader_of(ref: Ref, name: str, *, key: bytes) -> SealedReader:
    """Open a part under a data key."""
    store, place = ports.objects.get(), object_name(ref, name)
    return SealedReader(
        lambda start, length: store.fetch(place, start, length),
        store.size(place),
        key,
        part_context(ref, name),
    )


class _Ahead:
    """Reads an object from its beginning in few large ranges, as a store far away wants it."""

    def __init__(self, place: str) -> None:
        self._store, self._place, self._from = ports.objects.get(), place, 0
        self._held = memoryview(self._store.fetch(place, 0, _READ_AHEAD))
        short = len(self._held) < _READ_AHEAD
        self.size = len(self._held) if short else self._store.size(place)

    def __call__(self, start: int, length: int) -> memoryview:
        first = start - self._from
        if first < 0 or first + length > len(self._held):
            asked = max(length, _READ_AHEAD)
            self._held = memoryview(self._store.fetch(self._place, start, asked))
            self._from, first = start, 0
        return self._held[first : first + length]


def _ahead_of(ref: Ref, name: str, *, key: bytes) -> SealedReader:
    ahead = _Ahead(object_name(ref, name))
    return SealedReader(ahead, ahead.size, key, part_context(ref, name))


def _require_same(begun: _Begun, sealed: Sealed) -> None:
    contents: dict[str, Plain] = {**begun.item.parts, AUDIO: begun.item.audio}
    try:
        for fact in sealed.parts:
            reader = _ahead_of(sealed.ref, fact.name, key=begun.key)
            if not reader.matches(contents[fact.name]):
                raise ReadBackError
    except (SealBrokenError, ObjectNotFoundError) as error:
        raise ReadBackError from error


def _names(sealed: Sealed) -> list[str]:
    return [object_name(sealed.ref, fact.name) for fact in sealed.parts]


def _wrap_rows(begun: Sequence[_Begun]) -> list[ports.WrapRow]:
    publics = ports.key_store.get().prepare(one.item.epoch for one in begun)
    return [
        (
            one.ref,
            one.item.epoch,
            key_id(publics[one.item.epoch]),
            wrap(one.key, publics[one.item.epoch], wrap_context(one.ref, one.item.epoch)),
        )
        for one in begun
    ]


def seal_group(items: Sequence[ToSeal], *, at: datetime) -> list[Sealed]:
    """Seal recordings in memory, durable and read back as one group; no rows yet."""
    if not items:
        return []
    begun = [_Begun(ref=new_ref(at), key=new_key(), item=item) for item in items]
    with ThreadPoolExecutor(min(SEALING_THREADS, len(begun))) as pool:
        sealing = [pool.submit(_seal_one, one) for one in begun]
        wraps = _wrap_rows(begun)
        group = [one.result() for one in sealing]
    crash_points.point("vault.sealed")
    ports.objects.get().settle([name for sealed in group for name in _names(sealed)])
    crash_points.point("vault.settled")
    ports.key_store.get().put_wraps(wraps)
    crash_points.point("vault.wrapped")
    return group


class _Counted:
    """Digests and counts a stream while it flows by."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._digest = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._digest.update(chunk)
            self.size += len(chunk)
            yield chunk

    def digest(self) -> bytes:
        return self._digest.digest()


def seal_streamed(
    chunks: Iterable[bytes], *, epoch: str, at: datetime, parts: Mapping[str, bytes]
) -> Sealed:
    """Seal one recording as it streams, holding only a few segments of it."""
    ref, key, counted = new_ref(at), new_key(), _Counted(chunks)
    store = ports.objects.get()
    sealed = seal_stream(counted, key=key, context=part_context(ref, AUDIO))
    size = store.put_stream(object_name(ref, AUDIO), sealed)
    facts = (
        SealedPartFact(name=AUDIO, plain_size=counted.size, sealed_size=size),
        *(_create_part(ref, key, name, content) for name, content in parts.items()),
    )
    store.settle([object_name(ref, fact.name) for fact in facts])
    back = _Counted(_read_back(ref, key))
    for _chunk in back:
        pass
    if back.digest() != counted.digest():
        raise ReadBackError
    public = ports.key_store.get().public_key(epoch)
    wrapped = wrap(key, public, wrap_context(ref, epoch))
    ports.key_store.get().put_wraps([(ref, epoch, key_id(public), wrapped)])
    return Sealed(ref=ref, epoch=epoch, sha256=counted.digest(), size=counted.size, parts=facts)


def _read_back(ref: Ref, key: bytes) -> Iterator[bytes]:
    try:
        yield from _ahead_of(ref, AUDIO, key=key).chunks()
    except (SealBrokenError, ObjectNotFoundError) as error:
        raise ReadBackError from error


def register(group: Sequence[Sealed], *, controller_ref: Ref, at: datetime) -> None:
    """Write the rows of sealed recordings, inside the caller's transaction."""
    keep_rows(
        SealedItem(
            ref=sealed.ref,
            controller_ref=controller_ref,
            sha256=sealed.sha256,
            size=sealed.size,
            sealed_at=at,
        )
        for sealed in group
    )
    keep_rows(
        SealedPart(
            item_ref=sealed.ref,
            name=fact.name,
            plain_size=fact.plain_size,
            sealed_size=fact.sealed_size,
        )
        for sealed in group
        for fact in sealed.parts
    )


def add_part(ref: Ref, name: str, content: Plain) -> None:
    """Seal another part under the recording's own data key; a part of that name is replaced."""
    key = ports.key_store.get().open(ref)
    sealed, fact = _seal_part(ref, key, name, content)
    store = ports.objects.get()
    store.put(object_name(ref, name), sealed)
    store.settle([object_name(ref, name)])
    SealedPart.objects.update_or_create(
        item_ref=ref,
        name=name,
        defaults={"plain_size": fact.plain_size, "sealed_size": fact.sealed_size},
    )


def names_in_store(refs: Iterable[Ref]) -> list[str]:
    """Find the objects of recordings by looking into the store itself."""
    wanted = {ref.hex: shard_of(ref) for ref in refs}
    store = ports.objects.get()
    return [
        name
        for shard in sorted(set(wanted.values()))
        for name in store.names(shard)
        if ref_of(name) in wanted
    ]


def discard(refs: Sequence[Ref]) -> int:
    """Drop what was sealed and never registered, as nobody else who still writes can contradict.

    The only writer sees every commit, also one whose answer its program never heard.
    """
    with transaction.atomic():
        registered = SealedItem.objects.filter(ref__in=refs).values_list("ref", flat=True).first()
    if registered is not None:
        raise ItemRegisteredError(ref=registered)
    ports.key_store.get().erase(refs)
    return ports.objects.get().delete(names_in_store(refs))


def take_back(refs: Sequence[Ref]) -> int:
    """Drop what a failed writing left sealed, unless its rows stand or nobody can tell.

    What is kept without need has no rows, and the search for orphans finds it later.
    """
    try:
        return discard(refs)
    except (ItemRegisteredError, DatabaseError, InterfaceError) as error:
        _log.warning("%s seals kept after a failed writing", len(refs), exc_info=error)
        return 0
