"""The destroyed-ledger: one line per destruction, chained, in a file that no restore rolls back."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from callward.kernel.grow_only_file import KeptLines
from callward.sealing.digests import sha256
from callward.vault.errors import LedgerBrokenError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from callward.kernel.references import Ref

LEDGER_FILE = "destroyed.ledger"


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


def _line(entry: LedgerEntry, chain: str) -> str:
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
    return f"{sha256((chain + text).encode()).hex()} {text}"


def _split(line: str, position: int) -> tuple[str, dict[str, Any]]:
    try:
        chain, text = line.split(" ", 1)
        return chain, json.loads(text)
    except ValueError:
        raise LedgerBrokenError(position=position) from None


def _position(line: str | None) -> tuple[str, int]:
    """The chain and the position that a last line leaves off with."""
    if line is None:
        return "", 0
    chain, body = _split(line, -1)
    return chain, int(body["position"])


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
        self._lines = KeptLines(self.path)

    def append(self, entry: LedgerEntry) -> int:
        """Write an entry durably and tell its position."""

        # A crash may have left half a line; nothing had been destroyed under it yet.
        def after(last: str | None) -> str:
            chain, position = _position(last)
            return _line(replace(entry, position=position + 1), chain)

        return _position(self._lines.follow(after))[1]

    def position(self) -> int:
        """Tell the position of the last entry, 0 when there is none."""
        return _position(self._lines.last())[1]

    def since(self, position: int) -> Iterator[LedgerEntry]:
        """Read the entries behind a position, checking the chain from the beginning."""
        chain = ""
        for place, line in enumerate(self._lines.lines(), start=1):
            found, body = _split(line, place)
            entry = _entry(body)
            if _line(entry, chain).split(" ")[0] != found or entry.position != place:
                raise LedgerBrokenError(position=place)
            chain = found
            if place > position:
                yield entry
