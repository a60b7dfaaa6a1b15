"""Objects in a bucket of an S3 store, through obstore: nothing is believed that can be asked."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from callward.vault.bucket import Bucket
from callward.vault.errors import (
    BucketVersionedError,
    ObjectExistsError,
    ObjectNotFoundError,
    ObjectsKeptError,
)
from callward.vault.store_answers import Act, is_behind_the_end, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from obstore import PutResult

    from callward.deployment.values import Objects
    from callward.vault.states import Plain

PATIENCE = 10.0  # seconds for one answer to a question; a write has longer
_WRITES_TAKE = 6  # times as long
_RETRIES = 3
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0  # seconds between them
_PART = 8 * 1024 * 1024  # of a stream; three of them are in memory at once
_PARTS_AT_ONCE = 3
_DELETED_TOGETHER = 1000  # the most that S3 deletes in one request
_LISTED_TOGETHER = 1000
_ASKED_AT_ONCE = 8
# From here on one page of the folder's list costs less than asking for each.
_ENOUGH_TO_LIST = 16


def _span(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def _store(chosen: Objects, patience: float) -> S3Store:
    return S3Store(
        chosen.bucket,
        prefix=chosen.prefix or None,
        endpoint=chosen.endpoint,
        region=chosen.region,
        access_key_id=chosen.key_id,
        secret_access_key=chosen.secret.read(),
        unsigned_payload=True,  # each object is sealed and read back anyway
        client_options={
            "allow_http": chosen.endpoint.startswith("http://"),
            "connect_timeout": _span(min(patience, PATIENCE)),
            "timeout": _span(patience),
        },
        retry_config={
            "max_retries": _RETRIES,
            "retry_timeout": _span(patience),
            "backoff": {
                "init_backoff": _span(_FIRST_PAUSE),
                "max_backoff": _span(_LONGEST_PAUSE),
                "base": 2,
            },
        },
    )


class S3Objects:
    """Objects behind a network: what the store has answered for is durable there."""

    def __init__(self, chosen: Objects, *, patience: float = PATIENCE) -> None:
        self._reads = _store(chosen, patience)
        self._writes = _store(chosen, _WRITES_TAKE * patience)
        self.bucket = Bucket(chosen)

    def create(self, name: str, content: Plain) -> None:
        """Write a new object; the same bytes again are the same write, others are refused.

        A request whose answer was lost is sent again, and finds its own object there.
        """
        try:
            with named(Act.WRITE):
                made = obstore.put(self._writes, name, content, mode="create")
        except ObjectExistsError:
            if not self._holds(name, content):
                raise
            return
        _refuse_version(made)

    def _holds(self, name: str, content: Plain) -> bool:
        if self.size(name) != len(content):
            return False
        return not content or bytes(self.fetch(name, 0, len(content))) == bytes(content)

    def put(self, name: str, content: Plain) -> None:
        """Write one whole object, replacing atomically."""
        with named(Act.WRITE):
            made = obstore.put(self._writes, name, content, use_multipart=False)
        _refuse_version(made)

    def put_stream(self, name: str, chunks: Iterator[bytes]) -> int:
        """Write an object as it comes; nothing of its name exists until it is whole.

        What fits into one part is one request, so only a longer stream can be left half done.
        """
        first, size = bytearray(), 0
        for chunk in chunks:
            first += chunk
            if len(first) >= _PART:
                break
        else:
            self.put(name, first)
            return len(first)

        def counted() -> Iterator[bytes]:
            nonlocal size
            for chunk in chain([bytes(first)], chunks):
                size += len(chunk)
                yield chunk

        with named(Act.WRITE):
            made = obstore.put(
                self._writes, name, counted(), chunk_size=_PART, max_concurrency=_PARTS_AT_ONCE
            )
        _refuse_version(made)
        return size

    def settle(self, names: Sequence[str]) -> None:
        """Return when the named objects survive a loss of power: the store answered for each."""

    def fetch(self, name: str, start: int, length: int) -> bytes | memoryview:
        """Read a range; what lies behind the end is left out."""
        if length <= 0:
            self.size(name)
            return b""
        with named(Act.READ):
            try:
                return memoryview(obstore.get_range(self._reads, name, start=start, length=length))
            except BaseError as error:
                if not is_behind_the_end(error):
                    raise
                return b""

    def size(self, name: str) -> int:
        """Tell the size of an object."""
        found = self._size(name)
        if found is None:
            # A question for its head has no words about a bucket that is missing.
            next(self.names(), None)
            raise ObjectNotFoundError
        return found

    def _size(self, name: str) -> int | None:
        try:
            with named(Act.READ):
                return obstore.head(self._reads, name)["size"]
        except ObjectNotFoundError:
            return None

    def delete(self, names: Sequence[str]) -> int:
        """Remove objects, and look whether they are gone; one that was gone does not matter."""
        for first in range(0, len(names), _DELETED_TOGETHER):
            group = list(names[first : first + _DELETED_TOGETHER])
            with named(Act.DELETE):
                obstore.delete(self._writes, group)
            if kept := self._still_there(group):
                raise ObjectsKeptError(count=kept)
        return len(names)

    def _still_there(self, names: Sequence[str]) -> int:
        """Count what the store still has: by the list of its folder, or by asking for each."""
        folders: dict[str, set[str]] = defaultdict(set)
        for name in names:
            folders[name.rpartition("/")[0]].add(name)
        full = {folder for folder, held in folders.items() if len(held) >= _ENOUGH_TO_LIST}
        kept = sum(name in folders[folder] for folder in full for name in self.names(folder))
        alone = [name for folder, held in folders.items() if folder not in full for name in held]
        with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
            return kept + sum(size is not None for size in pool.map(self._size, alone))

    def names(self, prefix: str = "") -> Iterator[str]:
        """List the objects under a folder, in the order of their names."""
        with named(Act.READ):
            for batch in obstore.list(self._reads, prefix or None, chunk_size=_LISTED_TOGETHER):
                for found in batch:
                    yield found["path"]

    def examine(self) -> None:
        """Refuse a bucket that keeps what is deleted in it."""
        if self.bucket.keeps_versions():
            raise BucketVersionedError

    def clear_half_written(self) -> int:
        """Throw away streams that were begun and left; no key of theirs was kept."""
        left = list(self.bucket.abandoned())
        for upload in left:
            self.bucket.abandon(upload)
        return len(left)


def _refuse_version(made: PutResult) -> None:
    """Somebody may let the bucket keep versions at any time; every answer tells it."""
    if made["version"]:
        raise BucketVersionedError
