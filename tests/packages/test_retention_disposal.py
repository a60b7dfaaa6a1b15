"""What is due goes for ever, what is held stays, and a certificate says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from build import retention as build
from build.controllers import controller, sample
from build.vault import played, speech, unplug_vault
from callward.audit import selectors as audit
from callward.controllers import selectors as controllers, services as change
from callward.holdings import destroy_everywhere
from callward.holdings.kinds import RECORDING
from callward.jobs.services import run_now
from callward.kernel.actors import system_actor
from callward.kernel.references import new_ref
from callward.policy.vocabulary import StartEvent
from callward.policy.vocabulary_notice import ErasureGround
from callward.retention import ports, selectors, services
from callward.retention.certificates import digest_of
from callward.retention.errors import (
    BadCountError,
    CertificateBrokenError,
    ItemUnknownError,
    NoRecordingPolicyError,
    RecordingGoneError,
    RecordingHeldError,
    StartEventTimeError,
    StartEventUnknownError,
)
from callward.retention.models import Certificate, DestroyedItem, Disposal, Item, Tombstone
from callward.retention.states import DisposalKind, ItemState, Rule, RunState
from callward.retention.values import NewItem
from callward.vault import ports as vault_ports, services as vault
from callward.vault.models import SealedItem, SealedPart

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def house(tmp_path, settings):
    settings.CALLWARD_DATA = tmp_path
    yield build.plug_house(tmp_path)
    unplug_vault()
    ports.signer.unbind()


@pytest.fixture
def therapists():
    return controller().ref


@pytest.fixture
def meters():
    return controller("smart-metering").ref


@pytest.mark.req("K-07")
def test_a_recording_plays_until_the_last_second_of_its_last_day(therapists):
    ref = build.keep_one(therapists, called=build.local("2021-03-10T15:00", therapists))
    services.require_usable(ref, build.local("2026-03-09T23:59:59", therapists))
    with pytest.raises(RecordingGoneError) as gone:
        services.require_usable(ref, build.local("2026-03-10T00:00", therapists))
    assert gone.value.code == "gone"


@pytest.mark.req("K-07")
@pytest.mark.parametrize(
    ("name", "called", "due"),
    [
        ("smart-metering", "2025-08-31T15:00", "2026-02-28T00:00"),
        ("smart-metering", "2025-09-29T02:30", "2026-03-29T00:00"),
        ("smart-metering", "2026-03-29T00:10", "2026-09-29T00:00"),
        ("web-shop", "2028-02-29T12:00", "2029-02-28T00:00"),
        ("therapy-association", "2024-02-29T12:00", "2029-02-28T00:00"),
    ],
)
def test_one_second_decides(name, called, due):
    ref = controller(name).ref
    item = build.keep_one(ref, called=build.local(called, ref))
    instant = build.local(due, ref)
    services.require_usable(item, instant - SECOND)
    with pytest.raises(RecordingGoneError):
        services.require_usable(item, instant)
    with pytest.raises(RecordingGoneError):
        services.require_usable(item, instant + SECOND)


@pytest.mark.req("S-09")
def test_a_call_of_31_august_is_unreadable_from_28_february(meters, house):
    ref = build.keep_one(
        meters, called=build.local("2025-08-31T15:00", meters), word="marker-heron"
    )
    early = build.run(build.local("2026-02-27T23:59:59", meters))
    assert early.destroyed == 0
    assert played(ref) == speech("marker-heron", size=4_000)
    run = build.run(build.local("2026-02-28T00:00", meters))
    assert (run.state, run.due, run.destroyed, run.overdue_after) == (RunState.CLEAN, 1, 1, 0)
    assert not vault.has_key(ref)


@pytest.mark.req("K-07")
def test_after_a_run_nothing_of_it_is_left_anywhere(therapists, house):
    due = build.keep(therapists, words=[f"marker-heron-{n}" for n in range(5)])
    stay = build.keep_one(therapists, called=build.CALLED + timedelta(days=2), word="stork")
    at = Item.objects.get(ref=due[0]).due_at
    epoch = Item.objects.get(ref=due[0]).epoch
    store = vault_ports.key_store.get()
    inverted = [*store.markers(epoch=epoch, refs=due), *store.markers(epoch=None, refs=due)]
    markers = [bytes(byte ^ 0xFF for byte in marker) for marker in inverted]
    assert all(house.contain(marker) for marker in markers)  # the scan can find what is there
    run = build.run(at)
    assert (run.destroyed, run.residue_bytes) == (5, 0)
    assert not Item.objects.filter(ref__in=due).exists()
    assert not SealedItem.objects.filter(ref__in=due).exists()
    assert not SealedPart.objects.filter(item_ref__in=due).exists()
    assert [m for m in markers if house.contain(m)] == []
    assert not [p for p in house.objects.rglob("*") if any(str(r) in str(p) for r in due)]
    assert played(stay) == speech("stork", size=4_000)
    for ref in due:
        with pytest.raises(RecordingGoneError):
            services.require_usable(ref, at)
        assert build.certificate_of(ref) is not None


@pytest.mark.req("D-05")
def test_a_run_that_destroys_nothing_is_found_by_the_second_count(therapists, monkeypatch):
    ref = build.keep_one(therapists)
    at = Item.objects.get(ref=ref).due_at
    monkeypatch.setattr("callward.retention.disposal._groups", lambda *_args, **_more: [])
    run = build.run(at)
    assert (run.state, run.destroyed, run.overdue_after) == (RunState.RED, 0, 1)


@pytest.mark.req("D-05")
def test_a_preview_counts_twice_and_changes_nothing(therapists):
    due = build.keep(therapists, words=["one", "two", "three"])
    at = Item.objects.get(ref=due[0]).due_at
    held = build.hold([due[0]], at=at - timedelta(days=1))
    preview = services.preview_disposal(at)
    assert (preview.due, preview.counted, preview.agrees) == (2, 2, True)
    assert [line.count for line in preview.lines] == [2]
    assert [(line.ref, line.hold_ref) for line in preview.held] == [(due[0], held.ref)]
    assert Item.objects.filter(state=ItemState.KEPT).count() == 3
    assert services.preview_disposal(at, therapists).counted == 2
    assert Disposal.objects.count() == 0


@pytest.mark.req("K-07")
def test_one_certificate_speaks_for_one_day_and_verifies_offline(therapists):
    refs = build.keep(therapists, words=["one", "two"])
    at = Item.objects.get(ref=refs[0]).due_at + timedelta(minutes=3)
    run = build.run(at)
    assert len(run.certificates) == 1
    view = selectors.certificate(run.certificates[0])
    told = services.verify_certificate(view.document, build.KnownSigner().public_key)
    assert told["count"] == 2
    assert told["items_digest"] == digest_of(refs)
    assert told["rule"] == {
        "decided": "cap-promised",
        "ground": "",
        "period": "P5Y",
        "start": "call.initiated",
    }
    assert told["actor"] == "system:retention.run"
    assert told["found"]["residue_bytes"] == 0
    assert told["destroyed_at"] == at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert told["final_after"] > told["destroyed_at"]
    assert view.final_after > at
    history = [leaf.event for leaf in audit.history(view.ref)]
    assert history == ["retention.item.certified"]


def test_a_certificate_with_one_bit_changed_does_not_verify(therapists):
    ref = build.keep_one(therapists)
    build.run(Item.objects.get(ref=ref).due_at)
    document = selectors.certificates(therapists)[0].document
    key = build.KnownSigner().public_key
    forged = document.replace(b'"count":1', b'"count":2')
    for broken in (forged, document[:-9] + b"\n", b"", b"{}\n", document + b"x", document[1:]):
        with pytest.raises(CertificateBrokenError):
            services.verify_certificate(broken, key)
    with pytest.raises(CertificateBrokenError):
        services.verify_certificate(document, bytes(32))


@pytest.mark.parametrize("language", ["en", "ro", "bg", "lt", "xx"])
def test_a_certificate_can_be_printed(therapists, language):
    ref = build.keep_one(therapists)
    build.run(Item.objects.get(ref=ref).due_at)
    view = selectors.certificates()[0]
    page = selectors.certificate_pdf(view.ref, language=language)
    assert page.startswith(b"%PDF-")
    assert page == selectors.certificate_pdf(view.ref, language=language)


def test_another_day_and_another_controller_are_not_touched(therapists, meters):
    mine = build.keep_one(therapists)
    theirs = build.keep_one(meters, called=build.CALLED)
    at = Item.objects.get(ref=theirs).due_at
    assert build.run(at, therapists).destroyed == 0
    assert build.run(at, meters).destroyed == 1
    services.require_usable(mine, at)
    assert selectors.disposal_runs(meters)[0].destroyed == 1
    assert selectors.disposal_runs(limit=1) != []


@pytest.mark.req("K-22")
@pytest.mark.parametrize("ground", list(ErasureGround))
def test_each_ground_erases_one_recording_and_no_other(therapists, ground):
    refs = build.keep(therapists, words=["gone", "stays", "stays too"])
    at = build.CALLED + timedelta(days=10)
    view = services.erase(refs[0], ground=ground, actor=system_actor("rights"), at=at)
    assert view.kind is DisposalKind.ERASURE
    told = services.verify_certificate(view.document, build.KnownSigner().public_key)
    assert told["rule"]["ground"] == ground
    with pytest.raises(RecordingGoneError):
        services.require_usable(refs[0], at)
    assert played(refs[1]) == speech("stays", size=4_000)
    assert played(refs[2]) == speech("stays too", size=4_000)
    with pytest.raises(RecordingGoneError):
        services.erase(refs[0], ground=ground, actor=system_actor("rights"), at=at)


@pytest.mark.req("K-22")
def test_a_held_recording_is_not_erased_and_the_reason_is_told(therapists):
    ref = build.keep_one(therapists)
    at = build.CALLED + timedelta(days=10)
    build.hold([ref], at=at)
    with pytest.raises(RecordingHeldError) as refused:
        services.erase(ref, ground=ErasureGround.OBJECTION, actor=system_actor("rights"), at=at)
    assert refused.value.facts["reason"] == "complaint"
    assert played(ref) == speech("good morning", size=4_000)


@pytest.mark.req("K-22")
def test_an_erased_recording_dropped_again_is_refused_until_its_original_due_day(therapists):
    ref = build.keep_one(therapists)
    item = Item.objects.get(ref=ref)
    at = build.CALLED + timedelta(days=10)
    mark = f"sha256:{bytes(SealedItem.objects.get(ref=ref).sha256).hex()}"
    services.erase(
        ref,
        ground=ErasureGround.UNLAWFUL,
        actor=system_actor("rights"),
        at=at,
        marks=["asterisk/main/1711"],
    )
    for known in (mark, "asterisk/main/1711"):
        assert services.is_tombstoned(therapists, marks=["sha256:00", known], at=at)
        assert services.is_tombstoned(therapists, marks=[known], at=item.due_at - SECOND)
        assert not services.is_tombstoned(therapists, marks=[known], at=item.due_at)
    assert not services.is_tombstoned(therapists, marks=["sha256:00"], at=at)
    stones = [bytes(stone.digest) for stone in Tombstone.objects.all()]
    assert not any(mark.encode() in stone for stone in stones)


@pytest.mark.req("D-17")
def test_a_backlog_past_due_is_certified_by_its_count_alone(meters):
    policy = _policy(meters)
    at = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    old = services.plan(
        policy, RECORDING, controller_ref=meters, happened_at=at - timedelta(days=4000)
    )
    assert old.is_past_due(at)
    view = services.certify_refused_backlog(
        meters, count=4321, items_digest="", policy=policy, actor=build.RUNNER, at=at
    )
    told = services.verify_certificate(view.document, build.KnownSigner().public_key)
    assert (told["kind"], told["count"], told["method"]) == (
        "refused-backlog",
        4321,
        "never-stored",
    )
    assert Item.objects.count() == 0
    with pytest.raises(BadCountError):
        services.certify_refused_backlog(
            meters, count=0, items_digest="", policy=policy, actor=build.RUNNER, at=at
        )


def _policy(ref):
    return controllers.policy_in_force(ref, at=datetime(2026, 3, 29, 0, 30, tzinfo=UTC))


def test_who_records_no_calls_keeps_none():
    clinic = controller("dermatology-clinic").ref
    with pytest.raises(NoRecordingPolicyError):
        services.plan(_policy(clinic), RECORDING, controller_ref=clinic, happened_at=build.CALLED)


def test_what_was_never_kept_is_not_found(therapists):
    with pytest.raises(ItemUnknownError):
        services.require_usable(therapists, build.CALLED)
    with pytest.raises(ItemUnknownError):
        services.erase(
            therapists, ground=ErasureGround.OBJECTION, actor=build.RUNNER, at=build.CALLED
        )


@pytest.mark.req("D-07")
def test_a_shorter_cap_applies_at_once_and_a_longer_one_never_reaches_old_recordings(meters):
    ref = build.keep_one(meters)
    due = Item.objects.get(ref=ref).due_at
    at = build.CALLED + timedelta(days=60)
    _activate(
        meters, b'period = "P6M", start = "call.initiated", destroy = "crypto-shred"', b"P1M", at
    )
    with pytest.raises(RecordingGoneError):  # before any run has looked at it
        services.require_usable(ref, at)
    assert build.run(at).destroyed == 1
    told = services.verify_certificate(
        selectors.certificates()[0].document, build.KnownSigner().public_key
    )
    assert (told["rule"]["decided"], told["rule"]["period"]) == ("cap-now", "P1M")
    assert due > at


@pytest.mark.req("D-07")
def test_a_longer_cap_leaves_the_old_day(meters):
    ref = build.keep_one(meters)
    due = Item.objects.get(ref=ref).due_at
    at = build.CALLED + timedelta(days=60)
    _activate(
        meters, b'period = "P6M", start = "call.initiated", destroy = "crypto-shred"', b"P9M", at
    )
    build.run(at)
    services.require_usable(ref, due - SECOND)
    why = services.why_still_here(ref, due - SECOND)
    assert (why.rule, why.due_at, why.period) == (Rule.CAP_PROMISED, due, "P6M")
    with pytest.raises(RecordingGoneError):
        services.require_usable(ref, due)


@pytest.mark.req("D-07")
def test_a_shorter_cap_moves_what_is_not_yet_due_to_its_new_day(meters):
    ref = build.keep_one(meters)
    at = build.CALLED + timedelta(days=20)
    _activate(
        meters, b'period = "P6M", start = "call.initiated", destroy = "crypto-shred"', b"P3M", at
    )
    assert services.reassess(meters, at) == 1
    assert services.reassess(meters, at) == 0
    item = Item.objects.get(ref=ref)
    assert item.due_at == build.local("2026-04-15T00:00", meters)
    assert vault.epoch_of(ref) == item.epoch
    assert item.epoch.endswith("/2026-04-15")
    assert played(ref) == speech("good morning", size=4_000)


def _activate(ref, line: bytes, period: bytes, at) -> None:
    before = controllers.policy_in_force(ref, at=at)
    old = sample(before.controller)
    first = old.index(line)
    changed = old[:first] + line.replace(b"P6M", period) + old[first + len(line) :]
    head = f'previous = "{before.policy_id}"\n'.encode()
    changed = changed.replace(b"jurisdiction =", head + b"jurisdiction =", 1)
    change.activate_policy(ref, changed, actor=build.RUNNER, at=at)


def test_a_rejected_arrival_goes_at_once_and_may_come_again(therapists):
    refs = build.keep(therapists, words=["one", "two"])
    at = build.CALLED + timedelta(days=1)
    view = services.reject(refs, actor=system_actor("intake"), at=at)
    assert (view.kind, view.count) == (DisposalKind.REJECTION, 2)
    assert Tombstone.objects.count() == 0
    assert DestroyedItem.objects.count() == 2


def test_a_call_without_audio_is_governed_too(therapists):
    policy = _policy(therapists)
    plan = services.plan(policy, RECORDING, controller_ref=therapists, happened_at=build.CALLED)
    ref = therapists  # any reference that the vault does not know
    services.register(
        [NewItem(ref=ref, controller_ref=therapists, plan=plan, started_at=build.CALLED)],
        at=build.CALLED,
    )
    run = build.run(plan.due_at)
    assert (run.destroyed, run.state) == (1, RunState.CLEAN)
    assert Certificate.objects.count() == 1


@pytest.mark.req("D-03")
def test_what_a_restore_brought_back_goes_again_and_stays_gone(therapists):
    refs = build.keep(therapists, words=["erased", "stays"])
    at = build.CALLED + timedelta(days=10)
    build.hold([refs[1]], at=at)

    removed = destroy_everywhere([refs[0]], at=at)  # as the replay after a restore does

    assert removed["retention"] == 1
    with pytest.raises(RecordingGoneError):
        services.require_usable(refs[0], at)
    assert build.certificate_of(refs[0]) is None
    services.require_usable(refs[1], at)
    assert destroy_everywhere([refs[0]], at=at)["retention"] == 0


@pytest.mark.req("X-21")
def test_a_count_that_waits_for_an_event_begins_with_it(house):
    toml = sample("smart-metering").replace(
        b'period = "P6M", start = "call.initiated", destroy = "crypto-shred"',
        b'period = "P6M", start = "contract.ended", destroy = "crypto-shred"',
    )
    meters = controller("smart-metering", toml=toml).ref
    ref = build.keep_one(meters)
    assert Item.objects.get(ref=ref).due_at is None
    assert services.why_still_here(ref, build.CALLED + timedelta(days=9000)).rule is Rule.OPEN
    ended = build.local("2026-03-29T04:00", meters)
    for wrong in (build.CALLED - SECOND, ended + SECOND):
        with pytest.raises(StartEventTimeError):
            services.begin_count(
                [ref],
                event=StartEvent.CONTRACT_ENDED,
                happened_at=wrong,
                actor=system_actor("tests"),
                at=ended,
            )

    services.begin_count(
        [ref],
        event=StartEvent.CONTRACT_ENDED,
        happened_at=ended,
        actor=system_actor("tests"),
        at=ended,
    )

    assert Item.objects.get(ref=ref).due_at == build.local("2026-09-29T00:00", meters)
    assert vault.epoch_of(ref).endswith("/2026-09-29")
    assert played(ref) == speech("good morning", size=4_000)
    for wrong in (ref, new_ref()):
        with pytest.raises((StartEventUnknownError, ItemUnknownError)):
            services.begin_count(
                [wrong],
                event=StartEvent.CONTRACT_ENDED,
                happened_at=ended,
                actor=system_actor("tests"),
                at=ended,
            )
    assert build.run(build.local("2026-09-29T00:00", meters)).destroyed == 1


@pytest.mark.req("D-07")
def test_a_clock_before_one_controllers_first_policy_leaves_the_others_served(therapists):
    ref = build.keep_one(therapists, called=build.local("2021-03-10T15:00", therapists))
    begun = build.local("2027-01-01T00:00", therapists)
    toml = sample("smart-metering").replace(b"effective = 2026-01-01", b"effective = 2027-01-01")
    later = change.add_controller(toml, actor=system_actor("tests"), at=begun)
    build.keep_one(later.ref, called=begun + SECOND)
    run = build.run(build.local("2026-04-10T00:00", therapists))
    assert run.destroyed == 1
    assert not Item.objects.filter(ref=ref).exists()


def test_the_worker_disposes_by_its_clock(therapists, the_clock):
    ref = build.keep_one(therapists)
    at = Item.objects.get(ref=ref).due_at
    the_clock.move_to(at - SECOND)
    run_now("retention.run")
    assert vault.has_key(ref)
    the_clock.move_to(at)
    run_now("retention.run")
    run_now("retention.holds")
    assert not vault.has_key(ref)
