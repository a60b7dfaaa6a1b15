"""The destroyed-ledger: one line per destruction, chained, in a file that no restore rolls back."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from callward.sealing.digests import sha256
from callward.vault.errors import LedgerBrokenError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from callward.kernel.references import Ref

LEDGER_FILE = "destroyed.ledger"
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One destruction: of an epoch's key, or of single recordings."""

    kind: str
    intent: Ref
    at: datetime
    rule: str
    epoch: str = ""
    key_id: str = ""
    refs: tuple[Ref, ...] = ()
    position: int = 0


def _line(entry: LedgerEntry, chain: str) -> bytes:
    body = {
        "position": entry.position,
        "kind": entry.kind,
        "intent": str(entry.intent),
        "at": entry.at.isoformat(),
        "rule": entry.rule,
        "epoch": entry.epoch,
        "key_id": entry.key_id,
        "refs": [ref.hex for ref in entry.refs],
    }
    text = json.dumps(body, separators=(",", ":"), sort_keys=True)
    return f"{sha256((chain + text).encode()).hex()} {text}\n".encode()


def _split(line: bytes, position: int) -> tuple[str, dict[str, Any]]:
    try:
        chain, text = line.decode().rstrip("\n").split(" ", 1)
        return chain, json.loads(text)
    except ValueError:
        raise LedgerBrokenError(position=position) from None


def _entry(body: dict[str, Any]) -> LedgerEntry:
    return LedgerEntry(
        kind=body["kind"],
        intent=UUID(body["intent"]),
        at=datetime.fromisoformat(body["at"]),
        rule=body["rule"],
        epoch=body["epoch"],
        key_id=body["key_id"],
        refs=tuple(UUID(ref) for ref in body["refs"]),
        position=body["position"],
    )


class FileLedger:
    """The ledger as a file of lines, each carrying the digest of all before it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / LEDGER_FILE

    @contextmanager
    def _locked(self) -> Iterator[int]:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)

    def append(self, entry: LedgerEntry) -> int:
        """Write an entry durably and tell its position."""
        with self._locked() as descriptor:
            last, end = _last_line(descriptor)
            chain, position = ("", 0)
            if last:
                chain, body = _split(last, -1)
                position = body["position"]
            # A crash may have left half a line; nothing had been destroyed under it yet.
            os.ftruncate(descriptor, end)
            placed = replace(entry, position=position + 1)
            os.pwrite(descriptor, _line(placed, chain), end)
            os.fsync(descriptor)
        _settle_folder(self.path.parent)
        return placed.position

    def position(self) -> int:
        """Tell the position of the last entry, 0 when there is none."""
        if not self.path.exists():
            return 0
        with self._locked() as descriptor:
            last, _end = _last_line(descriptor)
        return int(_split(last, -1)[1]["position"]) if last else 0

    def since(self, position: int) -> Iterator[LedgerEntry]:
        """Read the entries behind a position, checking the chain from the beginning."""
        if not self.path.exists():
            return
        chain = ""
        with self.path.open("rb") as file:
            for place, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    return
                found, body = _split(line, place)
                entry = _entry(body)
                if _line(entry, chain).split(b" ")[0].decode() != found or entry.position != place:
                    raise LedgerBrokenError(position=place)
                chain = found
                if place > position:
                    yield entry


def _last_line(descriptor: int) -> tuple[bytes, int]:
    """Find the last whole line, and where it ends."""
    size = start = os.fstat(descriptor).st_size
    tail = b""
    while start > 0:
        begin = max(0, start - _BLOCK)
        tail = os.pread(descriptor, start - begin, begin) + tail
        start = begin
        whole = tail[: tail.rfind(b"\n") + 1]
        cut = whole.rfind(b"\n", 0, len(whole) - 1) if whole else -1
        if whole and (cut >= 0 or start == 0):
            return whole[cut + 1 :], size - len(tail) + len(whole)
    return b"", 0


def _settle_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
