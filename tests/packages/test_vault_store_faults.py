"""A store that is away, slow, full, locked or false is named, and nothing is lost."""

from __future__ import annotations

import logging
import signal
from datetime import timedelta
from functools import partial
from http import HTTPStatus

import pytest

from build import retention as in_retention, vault
from build.console import signed_in
from build.controllers import controller
from build.intake import MARA, cdr_row, declare, open_context, put, tone
from build.object_store import fresh_place, shared_store
from build.recordings import house, keep_one, let_rita_hear
from build.vault import DUE_EPOCH, NOW, keep, played, plug_vault, speech
from callward.calls.models import Call
from callward.intake import tasks as intake_tasks
from callward.intake.crash_recovery import adopt
from callward.kernel.actors import system_actor
from callward.kernel.clock import stopwatch
from callward.kernel.references import new_ref
from callward.ops.demo.object_store_server import READER, ObjectStoreServer
from callward.recordings import services as recordings
from callward.recordings.models import Recording
from callward.recordings.states import RecordingState
from callward.retention.models import Disposal
from callward.retention.states import DisposalState, RunState
from callward.sealing.errors import SealBrokenError
from callward.vault import objects as local_objects, ports, services
from callward.vault.errors import (
    BucketMissingError,
    BucketVersionedError,
    ObjectsKeptError,
    ObjectStoreError,
    ObjectStoreFullError,
    ObjectStoreKeyError,
    ObjectStoreReadOnlyError,
    ObjectStoreSlowError,
    ObjectStoreUnreachableError,
    RecordingGoneError,
)
from callward.vault.objects import object_name
from callward.vault.s3_objects import S3Objects
from callward.vault.seal_groups import reader_of
from callward.vault.states import IntentKind, ToSeal

pytestmark = pytest.mark.django_db(transaction=True)
DISPOSAL = system_actor("disposal")
SOON = 1.0  # seconds of patience


@pytest.fixture(scope="module")
def own_store():
    """A store that these tests may kill and stop."""
    with ObjectStoreServer() as store:
        yield store


@pytest.fixture
def place(own_store):
    """A bucket in it, whatever the test before did to it."""
    if own_store.running is None:
        own_store.start()
    return own_store.bucket()


@pytest.fixture
def fault(own_store):
    """The ways in which it is away, each ended when the test is over."""
    yield {
        ObjectStoreUnreachableError: partial(own_store.stop, signal.SIGKILL),
        ObjectStoreSlowError: own_store.pause,
    }
    if own_store.running is None:
        own_store.start()
    own_store.resume()


@pytest.fixture
def vault_there(tmp_path, place):
    yield plug_vault(tmp_path, place=place)
    vault.unplug_vault()


@pytest.fixture
def vault_shared(tmp_path):
    yield plug_vault(tmp_path, place=fresh_place())
    vault.unplug_vault()


def back(own_store):
    """The store answers again, with what it had."""
    if own_store.running is None:
        own_store.start()
    own_store.resume()


def hurried(place):
    """The same objects, seen by somebody with little patience."""
    ports.objects.bind(S3Objects(place, patience=SOON))


def destroy(epoch=DUE_EPOCH):
    intent = services.intend(
        [], epoch=epoch, kind=IntentKind.EPOCH, rule="cap P6M", actor=DISPOSAL, at=NOW
    )
    return services.destroy(intent, at=NOW)


@pytest.mark.parametrize("named", [ObjectStoreUnreachableError, ObjectStoreSlowError])
def test_a_store_that_is_away_is_named_by_every_act_and_has_everything_when_it_is_back(
    vault_there, place, own_store, fault, named
):
    (kept,) = keep(["kept"])
    name, new = object_name(kept.ref, "audio"), object_name(new_ref(), "audio")
    store = S3Objects(place, patience=SOON / 6)
    fault[named]()
    for act in (
        partial(store.create, new, b"x"),
        partial(store.put, new, b"x"),
        partial(store.put_stream, new, iter([b"x"])),
        partial(store.fetch, name, 0, 10),
        partial(store.size, name),
        partial(store.delete, [new]),
        partial(list, store.names()),
    ):
        with pytest.raises(named):
            act()
    hurried(place)
    with pytest.raises(named):
        services.seal_group([ToSeal(audio=b"new", epoch=DUE_EPOCH)], at=NOW)
    back(own_store)
    assert played(kept.ref) == speech("kept")
    until = stopwatch() + 10  # what was sent may still arrive
    while not services.reconcile().clean and stopwatch() < until:
        services.discard(services.reconcile().objects_without_rows)
    assert services.reconcile().clean


def test_a_full_store_is_named_and_still_plays(tmp_path):
    with ObjectStoreServer(volumes=4, volume_megabytes=1) as store:
        plug_vault(tmp_path, place=store.bucket())
        kept = []
        with pytest.raises(ObjectStoreFullError):
            kept.extend(
                one for number in range(40) for one in keep([f"call {number}"], size=400_000)
            )
        assert kept
        assert played(kept[0].ref) == speech("call 0", size=400_000)
        with pytest.raises(ObjectStoreFullError):
            ports.objects.get().put_stream("stream", iter([bytes(9_000_000)] * 2))
        services.discard(services.reconcile().objects_without_rows)
        assert services.reconcile().clean
        assert destroy().objects == 2 * len(kept)
        assert list(ports.objects.get().names()) == []
        vault.unplug_vault()


def test_a_key_that_may_only_read_is_named_where_it_would_write_or_delete(vault_shared):
    store, place = shared_store(), fresh_place()
    S3Objects(place).put("kept", b"x")
    reader = store.place(place.bucket, prefix=place.prefix, key_id=READER)
    read_only = S3Objects(reader)
    assert bytes(read_only.fetch("kept", 0, 9)) == b"x"
    for act in (
        partial(read_only.create, "new", b"x"),
        partial(read_only.put, "kept", b"y"),
        partial(read_only.put_stream, "new", iter([bytes(9_000_000)] * 2)),
        partial(read_only.delete, ["kept"]),
    ):
        with pytest.raises(ObjectStoreReadOnlyError):
            act()
    assert list(read_only.names()) == ["kept"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"key_id": "nobody", "of": READER}, ObjectStoreKeyError),
        ({"key_id": READER, "of": "callward"}, ObjectStoreKeyError),
        ({"bucket": "callward-nowhere"}, BucketMissingError),
    ],
    ids=["unknown key", "wrong secret", "no bucket"],
)
def test_a_wrong_key_and_a_missing_bucket_are_never_taken_for_a_missing_object(change, named):
    place, store = fresh_place(), shared_store()
    S3Objects(place).put("kept", b"x")
    told = {"bucket": place.bucket, "prefix": place.prefix, **change}
    wrong = S3Objects(store.place(told.pop("bucket"), **told))
    for act in (
        partial(wrong.fetch, "kept", 0, 1),
        partial(wrong.size, "kept"),
        partial(wrong.delete, ["kept"]),
        partial(wrong.create, "new", b"x"),
        partial(wrong.put_stream, "new", iter([bytes(9_000_000)] * 2)),
        partial(list, wrong.names()),
        wrong.examine,
    ):
        with pytest.raises(named):
            act()


@pytest.mark.req("N-4")
def test_a_bucket_that_begins_to_keep_versions_takes_nothing_more(vault_shared):
    store = shared_store()
    bucket = store.bucket(versions="Enabled")
    ports.objects.bind(S3Objects(bucket))
    for write in (ports.objects.get().create, ports.objects.get().put):
        with pytest.raises(BucketVersionedError):
            write("new", b"x")
    with pytest.raises(BucketVersionedError):
        ports.objects.get().put_stream("long", iter([bytes(9_000_000)] * 2))
    with pytest.raises(BucketVersionedError):
        services.examine_store()


def open_with(kept, key):
    return bytes(next(reader_of(kept.ref, "audio", key=key).chunks()))


@pytest.mark.req("N-4")
def test_what_a_store_keeps_against_its_word_is_counted_and_opens_for_nobody(
    vault_shared, monkeypatch
):
    (kept,) = keep(["kept against its word"])
    old_key = ports.key_store.get().open(kept.ref)
    with monkeypatch.context() as patch:
        patch.setattr("callward.vault.s3_objects.obstore.delete", lambda *_what: None)
        with pytest.raises(ObjectsKeptError) as told:
            destroy()
    assert told.value.facts == {"count": 2}
    assert len(vault.objects_of(kept.ref)) == 2
    assert open_with(kept, old_key)  # the bytes are really there: only the key was between
    assert vault_shared.contain(old_key) == []
    for act in (played, services.open_part, services.verify_part):
        with pytest.raises(RecordingGoneError):
            act(kept.ref)
    with pytest.raises(SealBrokenError):
        open_with(kept, bytes(32))
    (waiting,) = services.open_intents()
    done = services.destroy(waiting, at=NOW)
    assert (done.objects, done.residue_bytes) == (2, 0)
    assert vault.objects_of(kept.ref) == []
    assert services.open_intents() == []
    assert services.reconcile().clean


@pytest.mark.req("N-4")
def test_a_refused_deletion_stays_open_and_is_finished_when_the_key_may_delete(tmp_path):
    place = fresh_place()
    plug_vault(tmp_path, place=place)
    (kept,) = keep(["kept"])
    reader = shared_store().place(place.bucket, prefix=place.prefix, key_id=READER)
    ports.objects.bind(S3Objects(reader))
    with pytest.raises(ObjectStoreReadOnlyError):
        destroy()
    assert not services.has_key(kept.ref)
    assert len(vault.objects_of(kept.ref)) == 2
    ports.objects.bind(S3Objects(place))
    (waiting,) = services.open_intents()
    services.destroy(waiting, at=NOW)
    assert vault.objects_of(kept.ref) == []
    vault.unplug_vault()


@pytest.mark.req("N-4")
def test_every_key_dies_on_its_day_although_the_store_is_away(
    tmp_path, settings, place, own_store, fault, the_clock, monkeypatch
):
    settings.CALLWARD_DATA = tmp_path
    in_retention.plug_signer(tmp_path)
    plug_vault(tmp_path, place=place)
    meters = controller("smart-metering").ref
    refs = [
        in_retention.keep_one(meters, called=in_retention.CALLED + timedelta(days=day))
        for day in range(3)
    ]
    due = in_retention.local("2026-07-20T00:00", meters)
    fault[ObjectStoreUnreachableError]()
    hurried(place)
    the_clock.move_to(due)
    store, asked = ports.objects.get(), []
    delete = store.delete
    monkeypatch.setattr(store, "delete", lambda names: (asked.append(names), delete(names)))
    run = in_retention.run(due)
    assert len(asked) == 1, "a store that is away is not waited for once more with each key"
    assert (run.state, run.destroyed, run.overdue_after) == (RunState.RED, 0, 3)
    assert [services.has_key(ref) for ref in refs] == [False] * 3
    open_ones = Disposal.objects.exclude(state=DisposalState.CERTIFIED)
    assert open_ones.count() == len(services.open_intents()) == 3
    monkeypatch.undo()
    back(own_store)
    again = in_retention.run(due + timedelta(minutes=5))
    assert again.state is RunState.CLEAN
    assert not open_ones.exists()
    assert services.open_intents() == []
    assert list(ports.objects.get().names()) == []
    assert all(in_retention.certificate_of(ref) for ref in refs)
    vault.unplug_vault()


def test_what_cannot_be_kept_stays_in_the_inbox_and_comes_in_once_when_the_store_is_back(
    tmp_path, settings, place, own_store, fault, caplog
):
    settings.CALLWARD_DATA = tmp_path
    home, therapists = open_context(tmp_path), controller("therapy-association")
    declare(therapists.ref)
    names = [f"in-101-{MARA}-20260312-101522-{number}.mp3" for number in range(3)]
    for number, name in enumerate(names):
        put(tmp_path / "inbox" / therapists.slug, name, tone(hertz=300 + number))
    rows = "\n".join(cdr_row(str(number), seconds=3) for number in range(3))
    put(tmp_path / "inbox" / therapists.slug, "Master.csv", rows.encode())
    ports.objects.bind(S3Objects(place, patience=SOON))
    fault[ObjectStoreUnreachableError]()
    with caplog.at_level(logging.ERROR):
        intake_tasks.poll()
    assert "waits for the object store: object-store-unreachable" in caplog.text
    assert "Traceback" not in caplog.text
    inbox = tmp_path / "inbox" / therapists.slug
    assert sorted(path.name for path in inbox.iterdir()) == sorted([*names, "Master.csv"])
    assert not Call.objects.exists()
    back(own_store)
    intake_tasks.recover()
    intake_tasks.poll()
    assert list(inbox.iterdir()) == []
    assert Call.objects.count() == Recording.objects.count() == 3
    assert services.reconcile().clean
    assert home.top == tmp_path
    vault.unplug_vault()


def test_nobody_calls_a_recording_missing_while_the_store_is_away(
    tmp_path, place, own_store, fault
):
    home = house(tmp_path)
    ports.objects.bind(S3Objects(place, patience=SOON))
    kept = keep_one(home)
    fault[ObjectStoreUnreachableError]()
    at = vault.NOW
    with pytest.raises(ObjectStoreUnreachableError):
        recordings.verify_recording(kept.ref, at=at)
    with pytest.raises(ObjectStoreUnreachableError):
        services.reconcile()
    assert Recording.objects.get(ref=kept.ref).state == RecordingState.STORED
    back(own_store)
    assert recordings.verify_recording(kept.ref, at=at) is RecordingState.VERIFIED
    vault.unplug_vault()


def test_a_store_that_goes_away_while_a_recording_is_decoded_does_not_make_it_a_bad_one(
    tmp_path, monkeypatch
):
    home = house(tmp_path)
    kept = keep_one(home, seconds=90)
    store = ports.objects.get()
    fetch, asked = store.fetch, []

    def fetch_some(name, start, length):
        asked.append(name)
        if len(asked) > 3:
            raise ObjectStoreUnreachableError
        return fetch(name, start, length)

    monkeypatch.setattr(store, "fetch", fetch_some)
    with pytest.raises(ObjectStoreUnreachableError):
        recordings.verify_recording(kept.ref, at=vault.NOW)
    assert Recording.objects.get(ref=kept.ref).state == RecordingState.STORED
    vault.unplug_vault()


def test_what_a_restore_made_an_orphan_is_not_given_up_while_the_store_is_away(
    tmp_path, monkeypatch
):
    home = house(tmp_path)
    epoch = services.due_epoch(home.controller.ref, "call-recording", vault.DUE)
    (lost,) = services.seal_group([ToSeal(audio=tone(), epoch=epoch)], at=NOW)

    def away(*_what):
        raise ObjectStoreUnreachableError

    with monkeypatch.context() as patch:
        patch.setattr(ports.objects.get(), "fetch", away)
        with pytest.raises(ObjectStoreUnreachableError):
            adopt([lost.ref], at=NOW)
    assert adopt([lost.ref], at=NOW) == 1
    vault.unplug_vault()


def test_streams_that_a_crash_left_are_thrown_away_and_running_ones_are_not(monkeypatch):
    store, place = shared_store(), fresh_place()
    objects = S3Objects(place)
    for number in range(3):
        store.ask("POST", f"{place.bucket}/{place.prefix}/aa/bb/{number}.audio?uploads=")
    assert list(objects.names()) == []
    assert objects.clear_half_written() == 0
    monkeypatch.setattr("callward.vault.bucket.ABANDONED_AFTER", -1.0)
    assert objects.clear_half_written() == 3
    assert objects.clear_half_written() == 0
    assert local_objects.ABANDONED_AFTER == 86_400.0


def test_objects_that_are_none_of_ours_are_counted_and_left_alone(vault_shared):
    keep(["one"])
    ports.objects.get().put("holiday.jpg", b"x")
    found = services.reconcile()
    assert (found.foreign_objects, found.objects_without_rows, found.clean) == (1, (), False)
    assert "holiday.jpg" in set(ports.objects.get().names())


def test_what_comes_in_while_everything_is_compared_is_no_finding(vault_shared, monkeypatch):
    store, late = ports.objects.get(), []
    names = store.names

    def names_and_more(prefix=""):
        listed = list(names(prefix))
        if not late:
            late.extend(keep(["late"] * 20))
            listed += [object_name(one.ref, "audio") for one in late]
        yield from sorted(listed)  # two of one instant come in any order, and are listed in theirs

    keep(["early"])
    monkeypatch.setattr(store, "names", names_and_more)
    assert services.reconcile().clean
    assert late


def test_a_list_that_forgets_an_object_does_not_make_it_missing(vault_shared, monkeypatch):
    keep(["one", "two"])
    store = ports.objects.get()
    everything = list(store.names())
    monkeypatch.setattr(store, "names", lambda _prefix="": iter(everything[1:]))
    assert services.reconcile().clean
    monkeypatch.setattr(store, "names", lambda _prefix="": iter(everything[::-1]))
    with pytest.raises(ObjectStoreError, match="not in order"):
        services.reconcile()


def test_playing_says_what_is_wrong_and_goes_on_when_the_store_is_back(
    tmp_path, place, own_store, fault
):
    home = house(tmp_path)
    ports.objects.bind(S3Objects(place, patience=SOON))
    kept, _rita = keep_one(home), let_rita_hear(home)
    browser = signed_in(home.cast.rita, controller_ref=home.controller.ref)
    begun = browser.post(f"/recordings/{kept.ref}/playbacks", {"purpose": "complaints"}).json()
    fault[ObjectStoreUnreachableError]()
    refused = browser.get(begun["url"])
    assert refused.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert ObjectStoreUnreachableError.fact in refused.content.decode()
    back(own_store)
    heard = browser.get(begun["url"])
    assert (heard.status_code, b"".join(heard)) == (HTTPStatus.OK, kept.audio)
    vault.unplug_vault()
