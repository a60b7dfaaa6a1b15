"""Signed notes outside the database, by which a tree that was rolled back is told from a fraud.

Three kinds stand in one file, in the order of time: the checkpoints, the sub-trees whose content
was destroyed, and a note of every restore, written before the older database takes its place.
Whatever checkpoint does not stand in the tree
any more needs a restore behind it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from callward.audit import notes, ports, selectors
from callward.audit.errors import MalformedNoteError
from callward.audit.models import Leaf
from callward.audit.states import AuditEvent, FaultKind
from callward.kernel.errors import BadInputError
from callward.kernel.references import Ref, new_ref, parse_ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_RESTORE = "restore"
HOW_MANY = 'SELECT coalesce(max("index"), -1) + 1 FROM audit_leaf'
_LINES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """A restore that took the tree back to what it was when the backup was made."""

    ref: Ref
    restored_at: datetime
    backup_made_at: datetime
    size_before: int
    size_after: int
    ledger_position: int

    def text(self, origin: str) -> str:
        """The text that is signed."""
        return (
            f"{origin}\n{_RESTORE} {self.ref}\nat {self.restored_at.isoformat()}\n"
            f"backup {self.backup_made_at.isoformat()}\n"
            f"entries {self.size_before} {self.size_after}\nledger {self.ledger_position}\n"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What the kept notes say about the tree."""

    faults: tuple[tuple[FaultKind, int], ...]
    rollbacks: tuple[Rollback, ...]

    def explains(self, head: notes.Head) -> bool:
        """Whether a known restore took back entries that this head covered."""
        return any(one.size_after < head.size <= one.size_before for one in self.rollbacks)


def keep_note(note: str) -> None:
    """Write a signed note durably outside the database, unless it is the newest there."""
    line = json.dumps(note, ensure_ascii=False)
    if ports.kept.get().last() != line:
        ports.kept.get().append(line)


def note_restore(
    *,
    size_before: int,
    size_after: int,
    backup_made_at: datetime,
    ledger_position: int,
    at: datetime,
) -> None:
    """Sign, before one database takes the place of another, what that does to the tree."""
    signer = ports.signer.get()
    restore = Rollback(
        ref=new_ref(at),
        restored_at=at,
        backup_made_at=backup_made_at,
        size_before=max(size_before, _size_kept()),
        size_after=size_after,
        ledger_position=ledger_position,
    )
    keep_note(notes.sign_text(restore.text(signer.origin), name=signer.origin, signer=signer))


def _size_kept() -> int:
    """The size of the newest checkpoint that is kept outside, for when the database is lost."""
    newest = 0
    for _number, note in kept_notes():
        head = _head_in(note)
        newest = head.size if head else newest
    return newest


def is_behind() -> bool:
    """Whether the tree is shorter than one that was signed before: an older one came back."""
    return selectors.size() < _size_kept()


def kept_notes() -> Iterator[tuple[int, str]]:
    """Every kept note with the number of its line; empty when it cannot be read."""
    for number, line in enumerate(ports.kept.get().lines(), start=1):
        try:
            note = json.loads(line)
        except ValueError:
            note = ""
        yield number, note if isinstance(note, str) else ""


def _head_in(note: str) -> notes.Head | None:
    try:
        return notes.parse_head(note)
    except MalformedNoteError:
        return None


def _restore_in(note: str) -> Rollback | None:
    """Read a note of a restore, without believing it."""
    said = [line.split(" ") for line in note.partition("\n\n")[0].split("\n")]
    try:
        if len(said) != _LINES or said[1][0] != _RESTORE:
            return None
        return Rollback(
            ref=parse_ref(said[1][1]),
            restored_at=datetime.fromisoformat(said[2][1]),
            backup_made_at=datetime.fromisoformat(said[3][1]),
            size_before=int(said[4][1]),
            size_after=int(said[4][2]),
            ledger_position=int(said[5][1]),
        )
    except (IndexError, ValueError, BadInputError):
        return None


def untold_restore() -> Rollback | None:
    """The newest restore, when the tree is what it brought back and says nothing of it yet."""
    newest = None
    for _number, note in kept_notes():
        newest = _restore_in(note) or newest
    if newest is None or newest.size_after != selectors.size() or _is_told(newest):
        return None
    return newest


def _is_told(restore: Rollback) -> bool:
    told = Leaf.objects.filter(event=AuditEvent.BACKUP_RESTORED, item=str(restore.ref))
    return told.exists()


def compare_kept(
    stands: Callable[[notes.Head], bool], *, sealed: int, public_key: bytes
) -> Compared:
    """Tell which kept checkpoints do not stand any more, and which restore is the reason."""
    faults: list[tuple[FaultKind, int]] = []
    known: list[Rollback] = []
    astray: list[notes.Head] = []
    for number, note in kept_notes():
        head, restore = _head_in(note), _restore_in(note)
        if head is not None and stands(head):
            continue
        destroyed = notes.parse_sub_tree(note)
        if not (head or restore or destroyed) or not notes.is_signed(note, public_key=public_key):
            faults.append((FaultKind.KEPT_NOTE_ALTERED, number))
        elif head is not None:
            astray.append(head)
        elif restore is not None and (astray or _took_back(restore)):
            known.append(restore)
            astray.clear()
    faults += _unexplained(astray, sealed)
    return Compared(faults=tuple(faults), rollbacks=tuple(known))


def _took_back(restore: Rollback) -> bool:
    return restore.size_before > restore.size_after and _is_told(restore)


def _unexplained(astray: list[notes.Head], sealed: int) -> Iterator[tuple[FaultKind, int]]:
    """Name the newest size that is gone, and the newest that reads differently now."""
    gone = [head.size for head in astray if head.size > sealed]
    other = [head.size for head in astray if head.size <= sealed]
    if gone:
        yield FaultKind.TREE_ROLLED_BACK, max(gone)
    if other:
        yield FaultKind.CHECKPOINT_OF_ANOTHER_TREE, max(other)
