"""Carrying sealed objects from the folder of this machine into the bucket that was chosen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING

from callward.vault import crash_points, ports
from callward.vault.errors import ObjectExistsError, ObjectNotFoundError, ReadBackError
from callward.vault.objects import LocalObjects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_TOGETHER = 64
_CARRIED_AT_ONCE = 4
_RANGE = 4 * 1024 * 1024


def lies_in_folder(folder: Path) -> bool:
    """Whether any sealed object lies in a folder."""
    return folder.is_dir() and next(LocalObjects(folder).names(), None) is not None


def carry_objects(folder: Path, *, progress: Callable[[int, int], None]) -> int:
    """Copy every object, read each back, and only then remove it here; may be repeated."""
    source = LocalObjects(folder)
    names, of = source.names(), sum(1 for _name in source.names())
    carried = 0
    with ThreadPoolExecutor(_CARRIED_AT_ONCE) as pool:
        while group := list(islice(names, _TOGETHER)):
            for _done in pool.map(lambda name: _carry(source, name), group):
                carried += 1
            ports.objects.get().settle(group)
            crash_points.point("carry.copied")
            source.delete(group)
            progress(carried, of)
    return carried


def _carry(source: LocalObjects, name: str) -> None:
    if _is_there(source, name):
        return
    ports.objects.get().put_stream(name, _ranges(source, name))
    if not _is_there(source, name):
        raise ReadBackError


def _is_there(source: LocalObjects, name: str) -> bool:
    """Whether the store has this very object; another one of its name is never written over."""
    store, start = ports.objects.get(), 0
    try:
        for piece in _ranges(source, name):
            if bytes(store.fetch(name, start, len(piece))) != piece:
                raise ObjectExistsError
            start += len(piece)
        if store.size(name) != start:
            raise ObjectExistsError
    except ObjectNotFoundError:
        return False
    return True


def _ranges(source: LocalObjects, name: str) -> Iterator[bytes]:
    for start in range(0, source.size(name), _RANGE):
        yield source.fetch(name, start, _RANGE)
