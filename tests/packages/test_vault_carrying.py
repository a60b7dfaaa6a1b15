"""Recordings move from the folder into a bucket, and a crash on the way loses none."""

from __future__ import annotations

import pytest

from build import vault
from build.engines import choose
from build.object_store import fresh_place, shared_store
from build.ops import callward, new_house
from build.vault import keep, played, plug_vault, speech
from callward.vault import ports, services
from callward.vault.errors import ObjectExistsError, ReadBackError
from callward.vault.objects import LocalObjects
from callward.vault.s3_objects import S3Objects

pytestmark = pytest.mark.django_db
WORDS = [f"call {number}" for number in range(80)]


@pytest.fixture
def folders(tmp_path):
    yield plug_vault(tmp_path)
    vault.unplug_vault()


@pytest.fixture
def group(folders):
    kept = keep(WORDS, size=20_000)
    ports.objects.bind(S3Objects(fresh_place()))
    return kept


def carry(folders):
    told = []
    carried = services.carry_objects(folders.objects, progress=lambda *far: told.append(far))
    assert not told or told[-1] == (carried, carried)
    return carried


def test_what_lay_in_the_folder_plays_from_the_bucket_and_lies_in_the_folder_no_more(
    folders, group
):
    assert services.lies_in_folder(folders.objects)
    assert carry(folders) == 160
    assert not services.lies_in_folder(folders.objects)
    assert services.reconcile().clean
    assert [played(one.ref) for one in group] == [speech(word, size=20_000) for word in WORDS]
    assert carry(folders) == 0


def test_a_crash_on_the_way_leaves_everything_in_one_of_both_places_and_it_goes_on(
    folders, group, monkeypatch
):
    class PowerLostError(Exception):
        pass

    def lose_power(_name):
        raise PowerLostError

    with monkeypatch.context() as patch:
        patch.setattr("callward.vault.crash_points.point", lose_power)
        with pytest.raises(PowerLostError):
            carry(folders)
    left, there = LocalObjects(folders.objects), ports.objects.get()
    assert len({*left.names(), *there.names()}) == 160
    assert len(list(left.names())) == 160, "nothing goes before its whole group is copied"
    assert carry(folders) == 160
    assert services.reconcile().clean
    assert played(group[0].ref)


def test_a_bucket_that_changes_what_it_is_given_gets_nothing_of_ours_removed(
    folders, group, monkeypatch
):
    store = ports.objects.get()
    put = store.put_stream
    monkeypatch.setattr(store, "put_stream", lambda name, _chunks: put(name, iter([b"other"])))
    with pytest.raises((ReadBackError, ObjectExistsError)):
        carry(folders)
    assert len(list(LocalObjects(folders.objects).names())) == 160


def test_another_object_of_the_same_name_is_never_written_over(folders, group):
    first = next(LocalObjects(folders.objects).names())
    ports.objects.get().put(first, b"of another house")
    with pytest.raises(ObjectExistsError):
        carry(folders)
    assert bytes(ports.objects.get().fetch(first, 0, 99)) == b"of another house"


def test_the_command_carries_and_says_what_it_needs(tmp_path):
    house = new_house(tmp_path / "house")
    LocalObjects(house / "objects").put("aa/bb/one.audio", b"sealed")
    (unchosen,) = callward(house, ["vault", "carry"])
    assert (unchosen.code, "no bucket was chosen" in unchosen.err) == (1, True)
    choose(house, shared_store().settings(fresh_place()))
    refused, carried, done = callward(
        house, ["web"], ["vault", "carry", "--json"], ["vault", "reconcile", "--json"]
    )
    assert (refused.code, "callward.E026" in refused.err) == (1, True)
    assert carried.code == 0, carried.err
    assert '"carried": 1' in carried.out
    assert '"foreign_objects": 1' in done.out
    assert (done.code, "found 1 faults" in done.err) == (1, True), done.err
