"""The content of an entry goes on its day; the tree stays what was signed."""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from build.audit import TESTER, LocalSigner, plug_signer
from build.engines import copy_rows, holding, put_rows, rows_in
from build.programs import run_program
from callward.accounts.states import AccountsEvent
from callward.audit import leaves, notes, selectors, services, tree
from callward.audit.models import DestroyedRange, Destruction, Leaf, Tile
from callward.audit.services import Fault
from callward.audit.states import AuditEvent, FaultKind
from callward.calls.states import CallsEvent
from callward.kernel import clock
from callward.kernel.references import new_ref
from callward.recordings.states import RecordingsEvent
from callward.retention.states import RetentionEvent

pytestmark = [pytest.mark.django_db, pytest.mark.req("G-16")]

OURS, THEIRS = new_ref(), new_ref()


@pytest.fixture(autouse=True)
def signer():
    return plug_signer()


def happened(count, *, controller=OURS, at=None):
    """Entries about as many things of one controller."""
    items = [new_ref() for _ in range(count)]
    for item in items:
        facts = {} if controller is None else {"controller": controller}
        services.record(
            CallsEvent.CALL_KEPT, item=item, actor=TESTER, at=at or clock.now(), **facts
        )
    return items


def checkpoint():
    return services.checkpoint(at=clock.now()).note


def until(instant, *, since=None):
    return [(since or clock.now() - timedelta(days=9000), instant)]


def destroy(controller=OURS, *, spans=None, held=()):
    spans = spans or until(clock.now() + timedelta(seconds=1))
    with transaction.atomic():
        return services.destroy_due(controller, spans, held=held, actor=TESTER, at=clock.now())


def faults():
    return list(services.verify().faults)


def kept_indexes():
    return list(Leaf.objects.order_by("index").values_list("index", flat=True))


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_the_content_of_due_entries_goes_and_every_checkpoint_still_stands(signer):
    happened(300)
    before = checkpoint()
    happened(20, controller=THEIRS)

    gone = destroy()

    after = checkpoint()
    assert gone.count == 300
    assert kept_indexes() == list(range(300, 321))
    found = services.verify()
    assert (found.ok, found.destroyed, found.checked) == (True, 300, 21)
    old, new = notes.parse_head(before), notes.parse_head(after)
    path = services.proof_of_growth(before, after)
    assert tree.is_consistent(
        old=old.size, old_root=old.root, new=new.size, new_root=new.root, path=path
    )
    (told,) = selectors.history(gone.ref)
    assert told.event == AuditEvent.LEAVES_DESTROYED
    assert told.facts == {"leaves": 300, "digest": gone.digest}
    assert Leaf.objects.get(index=told.index).controller == str(OURS)
    for index in (0, 299, 310):
        assert notes.proves(services.prove(index), public_key=signer.public_key)


def test_a_stranger_who_kept_an_entry_can_still_check_it_against_the_hash():
    happened(3)
    checkpoint()
    kept = services.prove(1)
    destroy()
    proof = services.prove(1)
    assert proof.entry == b""
    assert proof.leaf == kept.leaf
    assert (proof.text, proof.path) == (kept.text, kept.path)


def test_each_controller_ends_its_own_entries_and_nobodys_go_with_the_first():
    happened(2, controller=OURS)
    happened(2, controller=THEIRS)
    happened(2, controller=None)
    checkpoint()
    destroy(OURS)
    assert kept_indexes() == [2, 3, 6]


def test_later_entries_belong_to_whom_the_first_about_the_same_thing_belongs():
    (item,) = happened(1)
    services.record(RecordingsEvent.PLAYBACK_BEGUN, item=item, actor=TESTER, at=clock.now())
    services.record_each(RetentionEvent.ITEM_DESTROYED, items=[item], actor=TESTER, at=clock.now())
    assert set(Leaf.objects.values_list("controller", flat=True)) == {str(OURS)}


def test_what_a_person_of_staff_does_belongs_to_a_controller_only_where_it_says_so():
    person = new_ref()
    for event, facts in (
        (AccountsEvent.APPOINTMENT_MADE, {"controller": OURS}),
        (AccountsEvent.SIGN_IN_SUCCEEDED, {}),
    ):
        services.record(event, item=person, actor=TESTER, at=clock.now(), **facts)
    found = Leaf.objects.order_by("index").values_list("controller", flat=True)
    assert list(found) == [str(OURS), ""]


def test_the_controller_of_an_entry_is_sealed_with_it():
    happened(3)
    checkpoint()
    sql('UPDATE audit_leaf SET controller = %s WHERE "index" = 1', str(THEIRS))
    assert faults() == [Fault(kind=FaultKind.LEAF_ALTERED, place=1)]


def test_an_entry_about_a_held_thing_stays_as_long_as_the_hold():
    first, held, last = happened(3)
    checkpoint()
    destroy(held=[held])
    assert kept_indexes() == [1, 3]
    assert selectors.history(held)
    assert not selectors.history(first) + selectors.history(last)
    destroy()
    assert 1 not in kept_indexes()
    assert faults() == []


def test_an_entry_that_no_checkpoint_covers_stays():
    happened(2)
    checkpoint()
    happened(2)
    destroy()
    assert kept_indexes() == [2, 3, 4]


def test_an_entry_of_a_later_day_stays():
    day = timedelta(days=1)
    for back in (3, 2, 1):
        happened(2, at=clock.now() - back * day)
    checkpoint()
    destroy(spans=until(clock.now() - 2 * day, since=clock.now() - 3 * day))
    assert kept_indexes() == [2, 3, 4, 5, 6]
    assert faults() == []


def test_nothing_due_leaves_no_trace():
    happened(2, controller=THEIRS)
    checkpoint()
    assert destroy() is None
    assert selectors.size() == 2


def test_a_forged_entry_is_never_destroyed_so_that_the_check_can_name_it():
    happened(5)
    checkpoint()
    sql("UPDATE audit_leaf SET facts = '{}' WHERE \"index\" = 2")
    destroy()
    assert kept_indexes() == [2, 5]
    assert faults() == [Fault(kind=FaultKind.LEAF_ALTERED, place=2)]


# -- any mix -----------------------------------------------------------------------------------

_ACTS = st.lists(
    st.tuples(
        st.sampled_from([OURS, THEIRS, None]), st.integers(1, 90), st.booleans(), st.integers(0, 4)
    ),
    min_size=1,
    max_size=7,
)


@given(acts=_ACTS, place=st.integers(0, 10_000))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_mix_of_destroyed_periods_verifies_and_whatever_is_forged_does_not(acts, place):
    with transaction.atomic():
        plug_signer()
        start, heads = clock.now() - timedelta(days=100), []
        for day, (controller, count, seals, ends) in enumerate(acts):
            happened(count, controller=controller, at=start + timedelta(days=day))
            if seals:
                heads.append(checkpoint())
            if ends:
                whose = OURS if ends % 2 else THEIRS
                destroy(whose, spans=until(start + timedelta(days=day - ends + 1)))
        heads.append(checkpoint())
        found = services.verify()
        assert found.ok, found.faults
        assert found.checked + found.destroyed == found.size
        for old, new in itertools.pairwise(heads):
            a, b = notes.parse_head(old), notes.parse_head(new)
            path = services.proof_of_growth(old, new)
            assert tree.is_consistent(
                old=a.size, old_root=a.root, new=b.size, new_root=b.root, path=path
            )
        _forge(place % found.size)
        assert not services.verify().ok
        transaction.set_rollback(True)


def _forge(index):
    """Alter the content where it stands; where only the hash stands, take that away."""
    if Leaf.objects.filter(index=index).update(facts='{"forged":1}'):
        return
    tile = Tile.objects.get(level=0, number=index // tree.TILE)
    hashes, at = bytes(tile.hashes), index % tree.TILE * tree.HASH
    tile.hashes = hashes[:at] + b"\0" * tree.HASH + hashes[at + tree.HASH :]
    tile.save()


# -- attacks -----------------------------------------------------------------------------------


def destroyed_tree():
    happened(300)
    checkpoint()
    destroy()
    happened(10, controller=THEIRS)
    checkpoint()
    assert faults() == []


def test_an_entry_removed_by_hand_is_no_destruction():
    destroyed_tree()
    sql('DELETE FROM audit_leaf WHERE "index" = 305')
    assert faults() == [Fault(kind=FaultKind.LEAF_REMOVED, place=305)]


def test_a_destruction_signed_with_another_key_excuses_nothing():
    destroyed_tree()
    rows = leaves.leaf_rows(305, 307)
    root = tree.root_of(b"".join(tree.leaf_hash(entry) for _index, entry in rows))
    forged = notes.SubTree(ref=new_ref(), at="", ranges=((305, 306),), root=root)
    stranger = LocalSigner(seed=b"\x01" * 32)
    note = notes.sign_text(forged.text(stranger.origin), name=stranger.origin, signer=stranger)
    row = Destruction.objects.create(ref=forged.ref, note=note, at=clock.now())
    DestroyedRange.objects.create(first=305, last=306, destruction=row)
    Leaf.objects.filter(index__in=(305, 306)).delete()
    assert set(faults()) == {
        Fault(kind=FaultKind.DESTRUCTION_ALTERED, place=305),
        Fault(kind=FaultKind.LEAF_REMOVED, place=305),
        Fault(kind=FaultKind.LEAF_REMOVED, place=306),
    }


def test_a_destruction_that_was_stretched_excuses_nothing():
    destroyed_tree()
    DestroyedRange.objects.update(last=301)
    found = faults()
    assert found[0] == Fault(kind=FaultKind.DESTRUCTION_ALTERED, place=0)
    assert Fault(kind=FaultKind.LEAF_REMOVED, place=299) in found


def test_a_hash_that_was_removed_is_named():
    destroyed_tree()
    tile = Tile.objects.get(level=0, number=0)
    Tile.objects.filter(pk=tile.pk).update(hashes=bytes(tile.hashes)[:-32])
    found = faults()
    assert Fault(kind=FaultKind.TILE_ALTERED, place=0) in found
    assert Fault(kind=FaultKind.DESTRUCTION_ALTERED, place=0) in found


def test_a_hash_that_was_forged_is_named_although_its_content_is_gone():
    destroyed_tree()
    tile = Tile.objects.get(level=0, number=1)
    Tile.objects.filter(pk=tile.pk).update(hashes=b"\0" * 32 + bytes(tile.hashes)[32:])
    assert Fault(kind=FaultKind.DESTRUCTION_ALTERED, place=0) in faults()


def test_a_destroyed_entry_that_came_back_is_named():
    happened(3)
    checkpoint()
    columns = list(Leaf.objects.filter(index=1).values_list())
    destroy()
    Leaf.objects.create(
        **dict(zip([f.attname for f in Leaf._meta.fields], columns[0], strict=True))
    )
    assert faults() == [Fault(kind=FaultKind.LEAF_RETURNED, place=1)]


# -- on a real file ---------------------------------------------------------------------------

_OPEN = """
import os, signal, sys, uuid, datetime
import django
django.setup()
from django.db import connection, transaction
from build.audit import TESTER, LocalSigner, plug_signer
from callward.audit import destruction, ports, services
from callward.calls.states import CallsEvent
from callward.kernel import clock
from callward.kernel.grow_only_file import KeptLines
from callward.kernel.references import new_ref
from callward.vault.services import let_rows_go
from pathlib import Path
ports.signer.bind(LocalSigner())
ports.kept.bind(KeptLines(Path(os.environ["CALLWARD_DATA"]) / "checkpoints.kept"))
OURS = uuid.UUID(int=7)
BEFORE = clock.now() - datetime.timedelta(hours=1)
def destroy():
    spans = [(BEFORE - datetime.timedelta(days=1), BEFORE + datetime.timedelta(minutes=1))]
    with transaction.atomic():
        return services.destroy_due(OURS, spans, held=[], actor=TESTER, at=clock.now())
def die(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)
def forget():
    let_rows_go()
"""
_PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
items = [new_ref() for _ in range(300)]
with transaction.atomic():
    for item in items:
        services.record(CallsEvent.CALL_KEPT, item=item, actor=TESTER, at=BEFORE,
                        controller=OURS, heron="heron-is-here")
services.checkpoint(at=clock.now())
forget()
"""
_VERIFY = """
services.checkpoint(at=clock.now())
found = services.verify()
print(found.ok, found.size, found.destroyed)
"""
_WORD = b"heron"


class House:
    """A data folder whose programs can die."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, program, *, code=0):
        environment = os.environ | {
            "CALLWARD_DATA": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "callward.config.settings",
        }
        done = run_program("-c", _OPEN + program, environment=environment)
        assert done.returncode == code, done.stderr
        return done.stdout.split()

    def holding(self, word):
        """The files in which a word stands."""
        return sorted(path.name for path in holding(self.folder, [word]))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    made = House(tmp_path_factory.mktemp("prepared"))
    (made.folder / "db").mkdir()
    made.run(_PREPARE)
    return made


@pytest.fixture(scope="module")
def ended(prepared, tmp_path_factory):
    made = House(shutil.copytree(prepared.folder, tmp_path_factory.mktemp("ended") / "house"))
    made.run("destroy()")
    return made


@pytest.fixture
def house(prepared, tmp_path):
    return House(shutil.copytree(prepared.folder, tmp_path / "house"))


@pytest.mark.req("D-04")
def test_destroyed_content_is_in_no_free_page_log_or_journal(house):
    assert len(house.holding(_WORD)) == 1
    house.run("destroy()\nforget()")
    assert house.holding(_WORD) == []


@pytest.mark.parametrize(
    "died",
    [
        "destruction.rollbacks.keep_note = die\ndestroy()",
        "destruction.DestroyedRange.objects.bulk_create = die\ndestroy()",
        "with transaction.atomic():\n    destroy()\n    die()",
        "destroy()\ndie()",
    ],
    ids=["before-the-note", "before-the-rows", "before-the-commit", "after-the-commit"],
)
def test_a_kill_at_any_step_leaves_a_tree_that_verifies_and_ends_the_same(house, died):
    house.run(died, code=-9)
    assert house.run(_VERIFY)[0] == "True"
    house.run("destroy()\nforget()")
    assert house.run(_VERIFY) == ["True", "301", "300"]
    assert house.holding(_WORD) == []


def test_what_a_restore_brings_back_goes_again_before_anything_opens(house):
    before = house.folder / "before.sqlite3"
    copy_rows(house.folder, before)
    house.run("destroy()\nforget()")
    put_rows(house.folder, before)
    before.unlink(missing_ok=True)
    assert len(house.holding(_WORD)) == 1
    told = house.run("print(services.destroy_again(actor=TESTER, at=clock.now()))\nforget()")
    assert told == ["300"]
    assert house.holding(_WORD) == []
    assert house.run(_VERIFY)[0] == "True"
    again = house.run("print(services.destroy_again(actor=TESTER, at=clock.now()))")
    assert again == ["0"]


@pytest.mark.parametrize(
    "statement",
    [
        'DELETE FROM audit_leaf WHERE "index" = 300',
        "DELETE FROM audit_leaf",
        "UPDATE audit_leaf SET facts = '{}'",
        "UPDATE audit_leaf SET controller = ''",
        "UPDATE audit_leaf SET salts = 'x'",
        "DELETE FROM audit_destruction",
        "UPDATE audit_destruction SET note = ''",
        "DELETE FROM audit_destroyedrange",
        "UPDATE audit_destroyedrange SET last = 400",
        "DELETE FROM audit_checkpoint",
    ],
)
def test_the_database_lets_only_a_sealed_sub_tree_go(ended, statement):
    with (
        rows_in(ended.folder) as database,
        pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError), match="append-only"),
    ):
        database.execute(statement)
