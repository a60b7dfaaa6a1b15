"""Every consequence leaves an entry, and nobody can change one unseen."""

from __future__ import annotations

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from build.audit import TESTER, append, guard, plug_signer
from build.programs import run_program
from callward.audit import leaves, notes, selectors, services, tree
from callward.audit.errors import (
    AuditFactError,
    LeafNotFoundError,
    LeafNotSealedError,
    TreeDamagedError,
)
from callward.audit.models import Checkpoint, Leaf, Tile
from callward.audit.services import Fault
from callward.audit.states import FaultKind
from callward.calls.states import CallsEvent
from callward.kernel import clock
from callward.kernel.errors import RefusedError
from callward.kernel.references import new_ref
from callward.recordings.states import RecordingsEvent
from callward.retention.states import RetentionEvent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def signer():
    return plug_signer()


def sealed(count: int) -> None:
    append(count)
    services.checkpoint(at=clock.now())


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def faults() -> list[Fault]:
    return list(services.verify().faults)


def test_history_tells_what_happened_to_one_item_in_order():
    first, second = append(2)
    services.record(
        RecordingsEvent.PLAYBACK_BEGUN,
        item=first,
        actor=TESTER,
        at=clock.now() + timedelta(seconds=1),
        purpose="complaints",
    )
    kept, played = selectors.history(first)
    assert (kept.event, played.event) == (
        RecordingsEvent.RECORDING_KEPT,
        RecordingsEvent.PLAYBACK_BEGUN,
    )
    assert played.facts == {"purpose": "complaints"}
    assert played.at == clock.now() + timedelta(seconds=1)
    assert played.actor == "system:tests"
    assert [view.item for view in selectors.latest(limit=2)] == [first, second]
    assert [view.index for view in selectors.latest(before=2)] == [1, 0]


def test_indexes_start_at_nought_and_leave_no_gap_when_a_service_rolls_back():
    append(2)

    def fail() -> None:
        with transaction.atomic():
            append(3)
            raise RefusedError

    with pytest.raises(RefusedError):
        fail()
    append(1)
    indexes = Leaf.objects.order_by("index").values_list("index", flat=True)
    assert list(indexes) == [0, 1, 2]
    assert selectors.size() == 3


def test_a_group_is_appended_as_one_entry_per_item():
    append(1)
    items = [new_ref() for _ in range(300)]
    indexes = services.record_each(
        RetentionEvent.ITEM_DESTROYED, items=items, actor=TESTER, at=clock.now(), rule="cap"
    )
    assert indexes == range(1, 301)
    assert selectors.history(items[-1])[0].index == 300


def test_a_fact_about_a_person_appends_nothing():
    with pytest.raises(AuditFactError):
        services.record(
            CallsEvent.CALL_KEPT, item=None, actor=TESTER, at=clock.now(), caller="+442079460000"
        )
    assert selectors.size() == 0


@pytest.mark.django_db(transaction=True)
def test_a_refusal_stands_although_the_act_was_rolled_back():
    item = new_ref()

    def refuse() -> None:
        with transaction.atomic():
            append(1)
            raise RefusedError

    try:
        refuse()
    except RefusedError as error:
        services.record_refusal(
            error,
            event=RecordingsEvent.PLAYBACK_REFUSED,
            item=item,
            actor=TESTER,
            at=clock.now(),
            purpose="complaints",
        )
    (view,) = selectors.latest()
    assert view.event == RecordingsEvent.PLAYBACK_REFUSED
    assert view.facts == {"purpose": "complaints", "refusal": "refused"}


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_never_written_inside_the_act_that_rolls_back():
    with pytest.raises(RuntimeError), transaction.atomic():
        services.record_refusal(RefusedError(), item=None, actor=TESTER, at=clock.now())


@pytest.mark.parametrize("size", [1, 255, 256, 257, 600])
def test_a_sealed_tree_is_verified_and_every_kind_of_entry_is_proven(size, signer):
    sealed(size)
    found = services.verify()
    assert found.ok
    assert (found.size, found.sealed, found.checked, found.checkpoints) == (size, size, size, 1)
    for index in {0, size // 2, size - 1}:
        proof = services.prove(index)
        assert notes.proves(proof, public_key=signer.public_key)


def test_tiles_grow_with_each_checkpoint_and_every_checkpoint_continues_the_last():
    heads = []
    for count in (1, 3, 252, 1, 300, 211):
        sealed(count)
        heads.append(selectors.latest_checkpoint().note)
    assert leaves.grown_size() == 768
    assert Tile.objects.filter(level=0).count() == 3
    assert services.verify().ok
    for old, new in itertools.pairwise(heads):
        a, b = notes.parse_head(old), notes.parse_head(new)
        path = services.proof_of_growth(old, new)
        assert tree.is_consistent(
            old=a.size, old_root=a.root, new=b.size, new_root=b.root, path=path
        )


def test_a_checkpoint_of_an_unchanged_tree_is_the_last_one():
    assert services.checkpoint(at=clock.now()) is None
    sealed(3)
    assert services.checkpoint(at=clock.now()) == selectors.latest_checkpoint()
    assert Checkpoint.objects.count() == 1


def test_an_entry_above_the_latest_checkpoint_is_not_proven_yet():
    sealed(3)
    append(1)
    with pytest.raises(LeafNotSealedError):
        services.prove(3)
    with pytest.raises(LeafNotFoundError):
        services.prove(4)
    assert services.verify().ok


# -- tampering: each attack is found and named -------------------------------------------------


def test_an_altered_entry_is_found_and_named():
    sealed(600)
    sql('UPDATE audit_leaf SET facts = \'{"segment":9}\' WHERE "index" = 300')
    assert faults() == [Fault(kind=FaultKind.LEAF_ALTERED, place=300)]


@pytest.mark.parametrize("column", ["at", "event", "item", "actor", "facts"])
def test_every_column_that_people_read_is_sealed(column):
    sealed(10)
    sql(f"UPDATE audit_leaf SET {column} = 'x' || substr({column}, 2) WHERE \"index\" = 4")
    assert faults() == [Fault(kind=FaultKind.LEAF_ALTERED, place=4)]


@pytest.mark.parametrize("index", [0, 299, 599])
def test_a_removed_entry_is_found_and_named(index):
    sealed(600)
    sql('DELETE FROM audit_leaf WHERE "index" = %s', index)
    assert faults() == [Fault(kind=FaultKind.LEAF_REMOVED, place=index)]


def renumber(first: int, by: int) -> None:
    sql('UPDATE audit_leaf SET "index" = -("index" + %s) WHERE "index" >= %s', by, first)
    sql('UPDATE audit_leaf SET "index" = -"index" WHERE "index" < 0')


def test_a_removed_entry_is_named_although_the_others_were_renumbered():
    sealed(600)
    sql('DELETE FROM audit_leaf WHERE "index" = 300')
    renumber(301, -1)
    assert faults()[0] == Fault(kind=FaultKind.LEAF_REMOVED, place=300)


def test_an_inserted_entry_is_found_and_named():
    sealed(600)
    renumber(300, 1)
    sql(
        'INSERT INTO audit_leaf ("index", at, event, item, actor, facts, salts) '
        "SELECT 300, at, event, item, actor, '{}', '' FROM audit_leaf WHERE \"index\" = 10"
    )
    assert faults() == [Fault(kind=FaultKind.LEAF_INSERTED, place=300)]


def test_reordered_entries_are_found_and_named():
    sealed(600)
    for old, new in ((300, -1), (310, 300), (-1, 310)):
        sql('UPDATE audit_leaf SET "index" = %s WHERE "index" = %s', new, old)
    assert faults() == [Fault(kind=FaultKind.LEAVES_REORDERED, place=300)]


def test_an_altered_tile_is_told_from_altered_entries():
    sealed(600)
    for number in (1, 2):
        tile = Tile.objects.get(level=0, number=number)
        Tile.objects.filter(pk=tile.pk).update(hashes=b"\0" * 32 + bytes(tile.hashes)[32:])
    found = faults()
    assert Fault(kind=FaultKind.TILE_ALTERED, place=1) in found
    assert Fault(kind=FaultKind.TILE_ALTERED, place=2) in found
    assert all(fault.kind is not FaultKind.LEAF_ALTERED for fault in found)


@pytest.mark.parametrize("change", [{"hashes": b""}, {"hashes": b"\0" * 64}])
def test_a_cut_or_missing_tile_is_found_and_named(change):
    sealed(600)
    Tile.objects.filter(level=0, number=1).update(**change)
    assert Fault(kind=FaultKind.TILE_ALTERED, place=1) in faults()


def test_an_altered_checkpoint_is_found_and_named():
    sealed(5)
    sealed(5)
    note = selectors.latest_checkpoint().note
    Checkpoint.objects.filter(size=10).update(note=note.replace("\n10\n", "\n11\n"))
    assert faults() == [Fault(kind=FaultKind.CHECKPOINT_ALTERED, place=10)]


def test_a_checkpoint_that_is_no_note_any_more_is_named():
    sealed(5)
    Checkpoint.objects.update(note="gone")
    assert faults() == [Fault(kind=FaultKind.CHECKPOINT_ALTERED, place=5)]


def test_a_removed_latest_checkpoint_is_found_and_named():
    sealed(5)
    sealed(5)
    Checkpoint.objects.filter(size=10).delete()
    assert faults() == [Fault(kind=FaultKind.CHECKPOINT_REMOVED, place=10)]


def rewrite_everything() -> None:
    """What an intruder with every right but the signing key would do."""
    sql("UPDATE audit_leaf SET actor = 'system:nobody' WHERE \"index\" = 3")
    Tile.objects.all().delete()
    leaves.grow(0, by=1000)


def test_a_wholly_rewritten_tree_contradicts_its_signed_checkpoints():
    sealed(300)
    rewrite_everything()
    assert faults() == [Fault(kind=FaultKind.CHECKPOINT_OF_ANOTHER_TREE, place=300)]


def test_a_rewritten_past_is_never_signed():
    sealed(300)
    rewrite_everything()
    append(1)
    with pytest.raises(TreeDamagedError), transaction.atomic():
        services.checkpoint(at=clock.now())
    assert Checkpoint.objects.count() == 1


def test_a_tree_with_a_gap_is_never_signed():
    append(5)
    sql('DELETE FROM audit_leaf WHERE "index" = 2')
    with pytest.raises(TreeDamagedError), transaction.atomic():
        services.checkpoint(at=clock.now())
    assert faults() == [Fault(kind=FaultKind.LEAF_REMOVED, place=2)]


def test_a_tree_cut_back_to_an_earlier_day_contradicts_a_checkpoint_kept_elsewhere():
    sealed(5)
    kept_elsewhere = selectors.latest_checkpoint().note
    assert services.verify(witness=kept_elsewhere).ok
    plug_signer()  # what was kept beside the keys is lost as well
    for model in (Leaf, Tile, Checkpoint):
        model.objects.all().delete()
    sealed(3)
    found = services.verify(witness=kept_elsewhere).faults
    assert found == (Fault(kind=FaultKind.CHECKPOINT_REMOVED, place=5),)
    sealed(3)
    found = services.verify(witness=kept_elsewhere).faults
    assert found == (Fault(kind=FaultKind.CHECKPOINT_OF_ANOTHER_TREE, place=5),)
    forged = kept_elsewhere.replace("\n5\n", "\n4\n")
    found = services.verify(witness=forged).faults
    assert found == (Fault(kind=FaultKind.CHECKPOINT_ALTERED, place=4),)


def test_a_check_of_the_day_reads_the_day_only():
    sealed(600)
    sealed(100)
    found = services.verify(since=600)
    assert found.ok
    assert found.checked == 700 - 512
    assert found.checkpoints == 2


# -- what the database itself refuses -----------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_leaf",
        "UPDATE audit_leaf SET facts = '{}'",
        "UPDATE audit_leaf SET actor = 'user:x'",
        "DELETE FROM audit_checkpoint",
        "UPDATE audit_checkpoint SET note = ''",
    ],
)
def test_the_database_refuses_to_change_entries_and_checkpoints(statement):
    sealed(2)
    guard("audit_leaf", columns=("index", "at", "event", "item", "actor", "facts"))
    guard("audit_checkpoint")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        sql(statement)


# -- commitments -------------------------------------------------------------------------------


def test_a_committed_value_is_provable_until_its_salt_is_wiped():
    guard("audit_leaf", columns=("index", "at", "event", "item", "actor", "facts"))
    item = new_ref()
    index = services.record(
        RetentionEvent.HOLD_PLACED,
        item=item,
        actor=TESTER,
        at=clock.now(),
        committed={"case": "Petras against the company, 2026/17"},
    )
    case = {"name": "case", "value": "Petras against the company, 2026/17"}
    assert services.discloses(index, **case)
    assert not services.discloses(index, name="case", value="another")
    assert not services.discloses(index, name="other", value="another")
    assert "Petras" not in Leaf.objects.get(index=index).facts
    services.checkpoint(at=clock.now())
    assert services.wipe_salts([item], actor=TESTER, at=clock.now()) == 1
    assert not services.discloses(index, **case)
    assert services.verify().ok
    with pytest.raises(LeafNotFoundError):
        services.discloses(99, **case)


# -- three writers at once ---------------------------------------------------------------------

_WRITER = """
import django
django.setup()
from build.audit import append
from django.db import transaction
for turn in range(40):
    try:
        with transaction.atomic():
            append(2)
            if turn % 4 == 3:
                raise KeyError
    except KeyError:
        pass
"""
_MIGRATE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""
_COUNT = """
import django
django.setup()
from build.audit import plug_signer
from callward.audit import selectors, services
from callward.kernel import clock
plug_signer()
services.checkpoint(at=clock.now())
found = services.verify()
print(found.size, found.ok)
"""


def test_three_processes_appending_at_once_leave_no_gap(tmp_path):
    (tmp_path / "db").mkdir()
    environment = os.environ | {
        "CALLWARD_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "callward.config.settings",
        "PYTHONPATH": "tests",
    }

    def told(program: str) -> list[str]:
        done = run_program("-c", program, environment=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    assert told(_MIGRATE) == []
    with ThreadPoolExecutor() as writers:
        assert list(writers.map(told, [_WRITER] * 3)) == [[], [], []]
    assert told(_COUNT) == [str(3 * 30 * 2), "True"]
