"""Writing into the audit tree, sealing it, and proving from it."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from callward.audit import destruction, leaves, notes, ports, rollbacks, tree
from callward.audit.errors import LeafNotFoundError, LeafNotSealedError, TreeDamagedError
from callward.audit.models import Checkpoint, Leaf
from callward.audit.rollbacks import HOW_MANY, is_behind, note_restore
from callward.audit.selectors import CheckpointView, latest_checkpoint
from callward.audit.states import AuditEvent, Event
from callward.audit.verification import Fault, Verification, verify
from callward.kernel.actors import system_actor
from callward.kernel.references import parse_ref

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from callward.audit.leaves import Fact
    from callward.audit.notes import SubTree
    from callward.audit.rollbacks import Rollback
    from callward.audit.selectors import Span
    from callward.kernel.actors import Actor
    from callward.kernel.errors import CallwardError
    from callward.kernel.references import Ref

_SALT = 32
_WIPING = system_actor("audit.wipe-salts")
_LEAVES_PER_CHECKPOINT = 256 * tree.TILE
_COLUMNS = '"index", at, event, item, actor, facts, salts, controller'
_NEXT = '(SELECT coalesce(max("index"), -1) + 1 FROM audit_leaf)'
# An item belongs to whom its oldest entry belongs to; people of staff may work for several.
_OWNER = """coalesce(nullif(%s, ''), (SELECT controller FROM audit_leaf
WHERE item = %s AND item <> '-' ORDER BY "index" LIMIT 1), '')"""
_STAFF = "accounts."
_APPEND = f"INSERT INTO audit_leaf ({_COLUMNS}) VALUES ({_NEXT}, %s, %s, %s, %s, %s, %s, {_OWNER})"  # noqa: S608  # constants only
_APPEND_BARE = _APPEND.replace("%s", "?")
_APPEND_AT = f"INSERT INTO audit_leaf ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, '', {_OWNER})"  # noqa: S608  # constants only


def record(
    event: Event,
    *,
    item: Ref | None,
    actor: Actor,
    at: datetime,
    owner: Ref | None = None,
    committed: Mapping[str, str] | None = None,
    **facts: Fact,
) -> int:
    """Append one entry within the caller's transaction, and tell its index.

    It ends by the rule of its owner, a controller; where none is told, of the one that the facts
    name, or whose the first entry about the item was.
    """
    salts = ""
    if committed:
        salt_of = {name: secrets.token_bytes(_SALT) for name in committed}
        facts |= {
            name: leaves.commitment(value, name=name, salt=salt_of[name])
            for name, value in committed.items()
        }
        salts = json.dumps({name: salt.hex() for name, salt in salt_of.items()}, sort_keys=True)
    columns = (
        leaves.instant_text(at),
        event.value,
        leaves.item_text(item),
        leaves.actor_text(actor),
        leaves.facts_text(facts),
        salts,
        *_owner(owner or facts.get("controller"), event, item),
    )
    return _append(columns)


def _owner(named: Fact | None, event: Event, item: Ref | None) -> tuple[str, str]:
    """The controller that is named, and the item by which an earlier entry tells it."""
    asked = leaves.NO_ITEM if event.startswith(_STAFF) else leaves.item_text(item)
    return (str(named) if isinstance(named, UUID) else "", asked)


def _append(columns: tuple[str, ...]) -> int:
    ours = connections[DEFAULT_DB_ALIAS]
    if ours.vendor == "sqlite":
        # Django's own cursor costs more than SQLite's insert; this is every service's hot path.
        ours.ensure_connection()
        ours.validate_no_broken_transaction()
        with ours.wrap_database_errors:
            return int(ours.connection.execute(_APPEND_BARE, columns).lastrowid)
    with transaction.atomic(savepoint=False), ours.cursor() as cursor:
        cursor.execute(f'{_APPEND} RETURNING "index"', columns)
        return int(cursor.fetchone()[0])


def record_each(
    event: Event,
    *,
    items: Sequence[Ref],
    actor: Actor,
    at: datetime,
    owner: Ref | None = None,
    **facts: Fact,
) -> range:
    """Append one entry per item, all with the same facts, and tell their indexes."""
    same = (leaves.actor_text(actor), leaves.facts_text(facts))
    named = owner or facts.get("controller")
    when, what = leaves.instant_text(at), str(event)
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute('SELECT coalesce(max("index"), -1) + 1 FROM audit_leaf')
        first = int(cursor.fetchone()[0])
        cursor.executemany(
            _APPEND_AT,
            [
                (index, when, what, leaves.item_text(item), *same, *_owner(named, event, item))
                for index, item in enumerate(items, first)
            ],
        )
    return range(first, first + len(items))


def record_refusal(
    error: CallwardError,
    *,
    item: Ref | None,
    actor: Actor,
    at: datetime,
    event: Event = AuditEvent.ACT_REFUSED,
    **facts: Fact,
) -> int:
    """Append what was refused, in a transaction of its own, after the act was rolled back."""
    with transaction.atomic(durable=True):
        facts["refusal"] = error.code
        return record(event, item=item, actor=actor, at=at, owner=None, committed=None, **facts)


def record_restore(*, actor: Actor, at: datetime) -> Rollback | None:
    """Append that the database came back from a backup, once, before anything else is appended."""
    restored = rollbacks.untold_restore()
    if restored is not None:
        record(
            AuditEvent.BACKUP_RESTORED,
            item=restored.ref,
            actor=actor,
            at=at,
            restored=restored.restored_at,
            backup=restored.backup_made_at,
            before_size=restored.size_before,
            after_size=restored.size_after,
            position_size=restored.ledger_position,
        )
    return restored


def wipe_salts(items: Sequence[Ref], *, at: datetime, actor: Actor = _WIPING) -> int:
    """Make what was committed to about things unprovable for ever, and count the entries."""
    salted = Leaf.objects.filter(item__in=[str(item) for item in items]).exclude(salts="")
    count = 0
    for item in set(salted.values_list("item", flat=True)):
        wiped = salted.filter(item=item).update(salts="")
        record(AuditEvent.SALTS_WIPED, item=parse_ref(item), actor=actor, at=at, leaves=wiped)
        count += wiped
    return count


def destroy_due(
    controller: Ref, spans: Sequence[Span], *, held: Collection[Ref], actor: Actor, at: datetime
) -> SubTree | None:
    """Destroy the content of a controller's entries of these spans, and of nobody's.

    What is about a held thing stays. Within the caller's transaction, in pieces: None when
    nothing is left to do.
    """
    gone = destruction.choose(controller, spans, held=held, at=at)
    if gone is not None:
        _let_go(gone, actor=actor, at=at, owner=controller)
    return gone


def _let_go(gone: SubTree, *, actor: Actor, at: datetime, owner: Ref | None = None) -> None:
    # Recorded first: the newest entry stands, so that no place is ever given twice.
    record(
        AuditEvent.LEAVES_DESTROYED,
        item=gone.ref,
        actor=actor,
        at=at,
        leaves=gone.count,
        digest=gone.digest,
        owner=owner,
    )
    destruction.let_go(gone, at=at)


def destroy_again(*, actor: Actor, at: datetime) -> int:
    """Destroy after a restore what had been destroyed since its backup, and count the entries."""
    count = 0
    with transaction.atomic():
        for gone in destruction.brought_back():
            _let_go(gone, actor=actor, at=at)
            count += gone.count
    return count


def discloses(index: int, *, name: str, value: str) -> bool:
    """Whether an entry committed to this very value, as far as its salt still exists."""
    leaf = Leaf.objects.filter(index=index).first()
    if leaf is None:
        raise LeafNotFoundError(index=index)
    salt = json.loads(leaf.salts or "{}").get(name)
    if salt is None:
        return False
    committed = leaves.commitment(value, name=name, salt=bytes.fromhex(salt))
    return bool(json.loads(leaf.facts).get(name) == committed)


def checkpoint(*, at: datetime) -> CheckpointView | None:
    """Sign what the tree is now, for the worker alone; None while there is no entry."""
    while True:
        with transaction.atomic():
            before = leaves.grown_size()
            size = leaves.grow(before, by=_LEAVES_PER_CHECKPOINT)
            if size > before:
                _sign(size, at=at)
        if size - before < _LEAVES_PER_CHECKPOINT:
            return _keep_newest()


def _keep_newest() -> CheckpointView | None:
    """Write the newest checkpoint outside the database too, also what a crash left unwritten."""
    newest = latest_checkpoint()
    if newest is not None:
        rollbacks.keep_note(newest.note)
    return newest


def _sign(size: int, *, at: datetime) -> None:
    tiles = leaves.StoredTiles()
    _refuse_another_past(tiles)
    signer = ports.signer.get()
    head = notes.Head(origin=signer.origin, size=size, root=tree.tree_root(tiles, size))
    Checkpoint.objects.create(size=size, note=notes.sign_head(head, signer=signer), at=at)


def _refuse_another_past(tiles: leaves.StoredTiles) -> None:
    """Never sign a tree that does not begin with the one signed before."""
    before = latest_checkpoint()
    if before is None:
        return
    head = notes.parse_head(before.note)
    if head.root != tree.tree_root(tiles, head.size):
        raise TreeDamagedError(level=0, number=head.size // tree.TILE)


def prove(index: int) -> notes.InclusionProof:
    """The proof that an entry stands in the tree, to be checked by strangers offline."""
    rows = leaves.leaf_rows(index, index + 1)
    gone = b"" if rows else destruction.hash_of(index)
    if not rows and not gone:
        raise LeafNotFoundError(index=index)
    sealed = latest_checkpoint()
    if sealed is None or sealed.size <= index:
        raise LeafNotSealedError(index=index)
    path = tree.inclusion_path(leaves.StoredTiles(), index, sealed.size)
    return notes.InclusionProof(
        index=index,
        entry=bytes(rows[0][1]) if rows else b"",
        path=tuple(path),
        checkpoint=sealed.note,
        destroyed=gone,
    )


def proof_of_growth(old: str, new: str) -> list[bytes]:
    """The hashes that show the newer checkpoint's tree to begin with the older one's."""
    sizes = notes.parse_head(old).size, notes.parse_head(new).size
    if sizes[0] > sizes[1]:
        raise LeafNotSealedError(index=sizes[0] - 1)
    return tree.consistency_path(leaves.StoredTiles(), *sizes) if min(sizes) else []
