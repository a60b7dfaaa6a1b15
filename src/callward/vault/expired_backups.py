"""Backups whose day has come: found where they were written, destroyed, and named where they hide.

A file is touched only when its header is one that this house wrote, or its key is locked to ours.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward import deployment
from callward.kernel.disk import settle_folder
from callward.kernel.references import new_ref
from callward.vault.backup_book import BackupBook, BackupDestruction, digest_of
from callward.vault.backup_file import (
    PART,
    backups_in,
    is_over,
    key_of,
    open_backup,
)
from callward.vault.crash_points import point as crash_point
from callward.vault.errors import (
    BackupStillThereError,
    BackupUnknownError,
    BackupUnreadableError,
    NoBackupError,
)
from callward.vault.states import OF_DATA, OF_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from callward.kernel.references import Ref
    from callward.vault.backup_book import BookState, WrittenBackup
    from callward.vault.backup_file import OpenedBackup
    from callward.vault.states import BackupFacts, Drill


@dataclass(frozen=True, slots=True, kw_only=True)
class DestroyedBackups:
    """What a destruction of backups came to, by kind."""

    ref: Ref
    closed: tuple[Ref, ...]
    files: Counter[str]
    missed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupOutOfReach:
    """A backup that had to be destroyed and that nobody could destroy; its reference, if any."""

    kind: str
    made_at: datetime
    dies_on: str
    ref: Ref | None


def due_backups(*, at: datetime) -> tuple[BackupDestruction, ...]:
    """What a crash left under way, and what is due now, written down before it is destroyed."""
    book = BackupBook.of_house()
    state = book.read()
    left = tuple(state.under_way.values())
    due = _due(state, at=at)
    if not (due.files or due.missed):
        return left
    book.begin(due)
    crash_point("vault.backups-intended")
    return (*left, due)


def _due(state: BookState, *, at: datetime) -> BackupDestruction:
    left = state.under_way.values()
    begun = {path for due in left for path, _kind in due.files}
    files = {
        path: opened.facts.kind
        for path, opened in _expired(state, at=at)
        if path not in begun and os.access(path.parent, os.W_OK)
    }
    known = {one for due in left for one in (*due.backups, *due.missed)}
    over = [
        one
        for one in state.open.values()
        if is_over(one.facts, at=at) and one.ref not in known
    ]  # fmt: skip
    missed = tuple(one.ref for one in over if _is_gone(one, state))
    return BackupDestruction(
        ref=new_ref(at),
        files=tuple(sorted(files.items())),
        backups=tuple(one.ref for one in over if one.path in files),
        missed=missed,
    )


def _expired(state: BookState, *, at: datetime) -> Iterator[tuple[Path, OpenedBackup]]:
    """Every file of ours that is past its day, half written ones too."""
    chosen = deployment.chosen().backups
    for path, opened in backups_in(chosen.folder, *chosen.places):
        if is_over(opened.facts, at=at) and _is_ours(opened, state):
            yield path, opened
    for path, opened in (o for one in state.open.values() for o in _written_at(one.path, state)):
        if is_over(opened.facts, at=at):
            yield path, opened


def _written_at(path: Path, state: BookState) -> Iterator[tuple[Path, OpenedBackup]]:
    for one in (path, path.with_name(path.name + PART)):
        if opened := _ours_at(one, state):
            yield one, opened


def _ours_at(path: Path, state: BookState) -> OpenedBackup | None:
    try:
        opened = open_backup(path)
    except BackupUnreadableError:
        return None
    return opened if _is_ours(opened, state) else None


def _is_ours(opened: OpenedBackup, state: BookState) -> bool:
    if digest_of(opened.header) in state.headers:
        return True
    if opened.facts.kind == OF_KEYS:
        return False
    try:
        return bool(key_of(opened))
    except BackupUnreadableError:
        return False


def _is_gone(one: WrittenBackup, state: BookState) -> bool:
    """Whether a backup is no longer where it was written, as far as that place can be seen."""
    try:
        return one.path.parent.stat().st_ino == one.folder and not (
            os.path.lexists(one.path) and (_ours_at(one.path, state) or not _readable(one.path))
        )
    except OSError:
        return False


def _readable(path: Path) -> bool:
    return os.access(path, os.R_OK)


def destroy_backups(due: BackupDestruction, *, at: datetime) -> DestroyedBackups:
    """Destroy the files for ever; may be repeated, and leaves what is not ours or not over."""
    state = BackupBook.of_house().read()
    for path, _kind in due.files:
        opened = _ours_at(path, state)
        if opened and is_over(opened.facts, at=at):
            _destroy_file(path)
            crash_point("vault.backup-destroyed")
    gone = {path: kind for path, kind in due.files if not os.path.lexists(path)}
    closed = [ref for ref in due.backups if ref in state.open and state.open[ref].path in gone]
    return DestroyedBackups(
        ref=due.ref,
        closed=(*closed, *due.missed),
        files=Counter(gone.values()),
        missed=len(due.missed),
    )


def _destroy_file(path: Path) -> None:
    try:
        path.unlink()
        settle_folder(path.parent)
    except OSError:
        return  # named as out of reach, and tried again


def close_backups(done: DestroyedBackups) -> None:
    """Note that a destruction is done and told; what it did not reach is due again."""
    BackupBook.of_house().close(list(done.closed), destruction=done.ref)


def backups_out_of_reach(*, at: datetime) -> tuple[BackupOutOfReach, ...]:
    """Name every backup whose day is over and that is there, or may be where nobody can look."""
    state = BackupBook.of_house().read()
    written = [
        one
        for one in state.open.values()
        if is_over(one.facts, at=at) and not _is_gone(one, state)
    ]  # fmt: skip
    known = {one.path for one in written}
    copies = ((opened.facts, None) for path, opened in _expired(state, at=at) if path not in known)
    return tuple(
        BackupOutOfReach(
            kind=facts.kind, made_at=facts.made_at, dies_on=facts.dies_on, ref=ref
        )
        for facts, ref in (*((one.facts, one.ref) for one in written), *copies)
    )  # fmt: skip


def written_backups() -> tuple[WrittenBackup, ...]:
    """Every backup that the house wrote and that is not known to be gone, the oldest first."""
    return tuple(BackupBook.of_house().read().open.values())


def confirm_destroyed(ref: Ref) -> None:
    """Believe somebody who destroyed a backup elsewhere; refuses while it lies where we see it."""
    book = BackupBook.of_house()
    state = book.read()
    if ref not in state.open:
        raise BackupUnknownError(ref=ref)
    if _ours_at(state.open[ref].path, state):
        raise BackupStillThereError(ref=ref)
    book.close([ref])


def newest_backup(*, at: datetime) -> Path:
    """The newest backup of the data that may still be restored; raises NoBackupError."""
    state = BackupBook.of_house().read()
    chosen = deployment.chosen().backups
    found = [
        *backups_in(chosen.folder, *chosen.places),
        *((path, o) for one in state.open.values() for path, o in _written_at(one.path, state)),
    ]
    ours = {
        opened.facts.made_at: (path, opened.facts)
        for path, opened in found
        if opened.facts.kind == OF_DATA and path.suffix != PART and _is_ours(opened, state)
    }
    # What rows were moved out of has the form of another engine, as every older backup has.
    moved_at = max((made for made, (_path, facts) in ours.items() if facts.name), default=None)
    usable = {
        made_at: path
        for made_at, (path, facts) in ours.items()
        if not is_over(facts, at=at) and (moved_at is None or made_at > moved_at)
    }
    if not usable:
        raise NoBackupError
    return usable[max(usable)]


def note_drill(drill: Drill) -> None:
    """Remember a drill where no restore rolls it back."""
    BackupBook.of_house().drilled(drill)


def practised_at() -> tuple[datetime | None, Drill | None]:
    """When the house made its first backup, and its last drill."""
    state = BackupBook.of_house().read()
    return state.first_made_at, state.last_drill


def facts_of(source: Path) -> BackupFacts:
    """What a backup says about itself in clear; raises BackupUnreadableError."""
    return open_backup(source).facts
