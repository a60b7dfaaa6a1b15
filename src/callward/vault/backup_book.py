"""Which backups the house wrote and where, in a file of lines that no restore rolls back.

It lies beside the keys, and every backup of the keys carries it.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callward.kernel.grow_only_file import KeptLines
from callward.kernel.references import Ref, new_ref, parse_ref
from callward.sealing.digests import sha256
from callward.vault import ports
from callward.vault.states import BackupFacts, Drill

if TYPE_CHECKING:
    from collections.abc import Iterator

BOOK_FILE = "backups.kept"
_WRITTEN, _DESTROYING, _CLOSED, _DRILLED = "written", "destroying", "closed", "drilled"
_RESTORED_BASE, _TOLD = "restored-base", "told"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenBackup:
    """A backup that the house wrote, until it is known to be gone."""

    ref: Ref
    path: Path
    folder: int  # the number of the folder in its file system: another medium has another
    facts: BackupFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupDestruction:
    """Backups whose day has come: files with their kinds, and what was not there any more."""

    ref: Ref
    files: tuple[tuple[Path, str], ...]
    backups: tuple[Ref, ...]
    missed: tuple[Ref, ...] = ()


@dataclass(slots=True, kw_only=True)
class BookState:
    """What the lines say together."""

    open: dict[Ref, WrittenBackup] = field(default_factory=dict)
    headers: set[str] = field(default_factory=set)
    under_way: dict[Ref, BackupDestruction] = field(default_factory=dict)
    first_made_at: datetime | None = None
    last_drill: Drill | None = None
    untold_base: BackupFacts | None = None


def digest_of(header: bytes) -> str:
    """By which a backup is known again, wherever a copy of it lies."""
    return sha256(header).hex()


class BackupBook:
    """Every line is durable before what it speaks of happens."""

    def __init__(self, folder: Path) -> None:
        self._lines = KeptLines(folder / BOOK_FILE)

    @classmethod
    def of_house(cls) -> BackupBook:
        """The book beside the keys of the house."""
        return cls(ports.key_store.get().folder)

    @contextmanager
    def written(self, to: Path, facts: BackupFacts, *, header: bytes) -> Iterator[None]:
        """Note where a backup is written before it is; one that failed is none."""
        ref, path = new_ref(facts.made_at), to.resolve()
        self._note(
            _WRITTEN,
            ref=str(ref),
            path=str(path),
            folder=path.parent.stat().st_ino,
            header=digest_of(header),
            kind=facts.kind,
            made_at=facts.made_at.isoformat(),
            dies_on=facts.dies_on,
        )
        try:
            yield
        except Exception:
            self.close([ref])
            raise

    def begin(self, due: BackupDestruction) -> None:
        """Note what is about to be destroyed."""
        self._note(
            _DESTROYING,
            ref=str(due.ref),
            files=[[str(path), kind] for path, kind in due.files],
            backups=list(map(str, due.backups)),
            missed=list(map(str, due.missed)),
        )

    def close(self, refs: list[Ref], *, destruction: Ref | None = None) -> None:
        """Note backups that are gone for ever, and the destruction that is done."""
        self._note(_CLOSED, refs=list(map(str, refs)), destruction=str(destruction or ""))

    def drilled(self, drill: Drill) -> None:
        """Note a drill, passed or failed."""
        self._note(
            _DRILLED,
            at=drill.at.isoformat(),
            backup_made_at=drill.backup_made_at.isoformat(),
            faults=drill.faults,
        )

    def restored_base(self, facts: BackupFacts) -> None:
        """Note that a server was unsealed, which may take the place of the one in use."""
        self._note(
            _RESTORED_BASE,
            made_at=facts.made_at.isoformat(),
            dies_on=facts.dies_on,
            kind=facts.kind,
            position=facts.ledger_position,
        )

    def told_base(self) -> None:
        """Note that the audit knows of the server that came back."""
        self._note(_TOLD)

    def _note(self, did: str, **said: Any) -> None:
        self._lines.append(json.dumps({"did": did, **said}, sort_keys=True))

    def read(self) -> BookState:
        """What is still there and what is under way, as far as the lines can be read."""
        state = BookState()
        for line in self._lines.lines():
            with suppress(ValueError, KeyError, TypeError):
                _take(state, json.loads(line))
        return state


def _take(state: BookState, said: dict[str, Any]) -> None:
    if said["did"] == _WRITTEN:
        one = _written(said)
        state.open[one.ref] = one
        state.headers.add(said["header"])
        state.first_made_at = state.first_made_at or one.facts.made_at
    elif said["did"] == _DESTROYING:
        ref = parse_ref(said["ref"])
        state.under_way[ref] = BackupDestruction(
            ref=ref,
            files=tuple((Path(path), kind) for path, kind in said["files"]),
            backups=tuple(map(parse_ref, said["backups"])),
            missed=tuple(map(parse_ref, said["missed"])),
        )
    elif said["did"] == _CLOSED:
        for text in said["refs"]:
            state.open.pop(parse_ref(text), None)
        if said["destruction"]:
            state.under_way.pop(parse_ref(said["destruction"]), None)
    else:
        _take_restore(state, said)


def _take_restore(state: BookState, said: dict[str, Any]) -> None:
    if said["did"] == _RESTORED_BASE:
        state.untold_base = _facts(said, position=int(said["position"]))
    elif said["did"] == _TOLD:
        state.untold_base = None
    elif said["did"] == _DRILLED:
        state.last_drill = Drill(
            at=datetime.fromisoformat(said["at"]),
            backup_made_at=datetime.fromisoformat(said["backup_made_at"]),
            faults=int(said["faults"]),
        )


def _written(said: dict[str, Any]) -> WrittenBackup:
    return WrittenBackup(
        ref=parse_ref(said["ref"]),
        path=Path(said["path"]),
        folder=int(said["folder"]),
        facts=_facts(said, position=0),
    )


def _facts(said: dict[str, Any], *, position: int) -> BackupFacts:
    return BackupFacts(
        kind=said["kind"],
        made_at=datetime.fromisoformat(said["made_at"]),
        dies_on=said["dies_on"],
        ledger_position=position,
    )
