"""A hold keeps what a case needs, for a reason, until two people or a delay end it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from build import retention as build
from build.accounts import cast
from build.controllers import controller, sample
from build.vault import played, speech, unplug_vault
from callward.accounts.errors import CapabilityMissingError
from callward.approval.errors import (
    DelayRunningError,
    NotAskedError,
    SamePersonError,
    SecondPersonError,
)
from callward.audit import selectors as audit
from callward.kernel.actors import system_actor, user_actor
from callward.kernel.references import new_ref
from callward.retention import ports, selectors, services
from callward.retention.errors import (
    HoldCaseMissingError,
    HoldClosedError,
    HoldReasonUnknownError,
    HoldUnknownError,
    ItemUnknownError,
    RecordingBeingDestroyedError,
    RecordingGoneError,
    ReviewTooLateError,
)
from callward.retention.models import HeldItem, Hold, Item
from callward.retention.states import HoldState, Rule
from callward.vault import services as vault

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
CLERK = system_actor("tests")


@pytest.fixture(autouse=True)
def house(tmp_path, settings):
    settings.CALLWARD_DATA = tmp_path
    yield build.plug_house(tmp_path)
    unplug_vault()
    ports.signer.unbind()


@pytest.fixture
def meters():
    return controller("smart-metering").ref


@pytest.fixture
def ref(meters):
    return build.keep_one(meters)


@pytest.fixture
def due(ref):
    return Item.objects.get(ref=ref).due_at


def _two_person(toml: bytes, line: bytes) -> bytes:
    head, _, rest = toml.partition(b"[two_person]")
    tail = rest[rest.index(b"\n[") :]
    return head + b"[two_person]\n" + line + b"\n" + tail


@pytest.mark.req("K-08")
def test_a_held_recording_is_listed_and_plays_beyond_its_due_day(ref, due, meters):
    hold = build.hold([ref], at=due - DAY)
    assert hold.review_on == date(2027, 1, 14)
    run = build.run(due)
    assert (run.destroyed, run.held) == (0, 1)
    assert [(line.ref, line.case) for line in run.held_items] == [(ref, "KLG-2026-17")]
    services.require_usable(ref, due + DAY)
    assert played(ref) == speech("good morning", size=4_000)
    why = services.why_still_here(ref, due + DAY)
    assert (why.rule, why.due_at) == (Rule.HOLD, hold.ends_at)
    assert [view.reason for view in why.holds] == ["complaint"]
    assert selectors.held_refs(meters) == {ref}
    assert selectors.held_among([ref, meters]) == {ref}
    assert build.items_of_hold(hold.ref) == [ref]


@pytest.mark.req("K-08")
def test_it_is_gone_at_the_next_run_after_its_release(ref, due, meters):
    people = cast(meters, at=build.CALLED)
    hold = build.hold([ref], at=due - DAY)
    build.run(due)
    later = due + 30 * DAY
    services.ask_release(hold.ref, actor=user_actor(people.boris.ref), at=later)
    released = services.approve_release(hold.ref, actor=user_actor(people.daiva.ref), at=later)
    assert released.state is HoldState.RELEASED
    with pytest.raises(RecordingGoneError):
        services.require_usable(ref, later)
    run = build.run(later)
    assert (run.destroyed, run.residue_bytes) == (1, 0)
    assert not vault.has_key(ref)


@pytest.mark.req("D-20")
def test_a_hold_that_ends_before_the_cap_never_shortens_it(ref, due, meters):
    people = cast(meters, at=build.CALLED)
    at = build.CALLED + DAY
    epoch = vault.epoch_of(ref)
    hold = build.hold([ref], at=at)
    assert vault.epoch_of(ref) == Hold.objects.get().epoch
    services.ask_release(hold.ref, actor=user_actor(people.boris.ref), at=at)
    services.approve_release(hold.ref, actor=user_actor(people.daiva.ref), at=at)
    assert vault.epoch_of(ref) == epoch == Item.objects.get(ref=ref).epoch
    services.require_usable(ref, due - SECOND)
    assert build.run(due - SECOND).destroyed == 0
    assert played(ref) == speech("good morning", size=4_000)


@pytest.mark.req("D-20")
def test_a_hold_ends_by_itself_at_its_longest_life(ref, due):
    hold = build.hold([ref], at=due - DAY)
    services.require_usable(ref, hold.ends_at - SECOND)
    with pytest.raises(RecordingGoneError):
        services.require_usable(ref, hold.ends_at)
    assert build.recordings_in(build.run(hold.ends_at - SECOND)) == 0
    assert build.recordings_in(build.run(hold.ends_at)) == 1
    assert Hold.objects.get().state == HoldState.ENDED


def test_two_holds_keep_until_the_later_one_ends(ref, due, meters):
    people = cast(meters, at=build.CALLED)
    one = build.hold([ref], at=due - 2 * DAY)
    two = build.hold([ref], at=due - DAY, case="KLG-2026-18")
    for hold, still in ((one, True), (two, False)):
        at = due + DAY
        services.ask_release(hold.ref, actor=user_actor(people.boris.ref), at=at)
        services.approve_release(hold.ref, actor=user_actor(people.daiva.ref), at=at)
        build.run(at)
        assert vault.has_key(ref) is still


@pytest.mark.req("K-08")
@pytest.mark.parametrize(
    "case", ["", " ", "Petras has called", "+44 20 7946 0123", "x" * 65, "a\nb"]
)
def test_a_hold_without_case_is_refused(ref, case):
    with pytest.raises(HoldCaseMissingError):
        build.hold([ref], at=build.CALLED + DAY, case=case)
    assert Hold.objects.count() == 0


def test_a_reason_that_the_policy_does_not_name_is_refused(ref):
    with pytest.raises(HoldReasonUnknownError):
        build.hold([ref], at=build.CALLED + DAY, reason="curiosity")


@pytest.mark.req("D-08")
def test_a_review_may_not_be_put_off_beyond_the_policy(ref, meters):
    at = build.CALLED + DAY
    for day in (date(2026, 1, 15), date(2026, 7, 17)):
        with pytest.raises(ReviewTooLateError):
            services.place_hold(
                [ref],
                reason="complaint",
                case="KLG-1",
                owner=new_ref(),
                actor=CLERK,
                at=at,
                review_on=day,
            )
    hold = build.hold([ref], at=at)
    assert hold.review_on == date(2026, 7, 16)
    late = build.local("2026-07-17T09:00", meters)
    assert build.holds_to_review(meters, at=late) == [hold.ref]
    services.review_hold(hold.ref, review_on=date(2026, 9, 1), actor=CLERK, at=late)
    assert build.holds_to_review(meters, at=late) == []
    assert selectors.hold(hold.ref, at=late).review_on == date(2026, 9, 1)


def test_what_is_gone_leaving_unknown_or_due_cannot_be_held(ref, due, meters):
    other = controller("web-shop").ref
    theirs = build.keep_one(other)
    for refs in ([], [meters], [ref, theirs]):
        with pytest.raises(ItemUnknownError):
            build.hold(refs, at=build.CALLED + DAY)
    with pytest.raises(RecordingGoneError):
        build.hold([ref], at=due)
    build.run(due)
    with pytest.raises(RecordingGoneError):
        build.hold([ref], at=due)


@pytest.mark.req("D-19")
def test_the_asking_person_cannot_approve_nor_can_one_without_the_role(ref, meters):
    people = cast(meters, at=build.CALLED)
    at = build.CALLED + DAY
    hold = build.hold([ref], at=at)
    daiva, rita = user_actor(people.daiva.ref), user_actor(people.rita.ref)
    with pytest.raises(NotAskedError):
        services.approve_release(hold.ref, actor=daiva, at=at)
    services.ask_release(hold.ref, actor=daiva, at=at)
    with pytest.raises(SamePersonError):
        services.approve_release(hold.ref, actor=daiva, at=at)
    with pytest.raises(CapabilityMissingError):
        services.approve_release(hold.ref, actor=rita, at=at)
    with pytest.raises(SecondPersonError):
        services.approve_release(hold.ref, actor=CLERK, at=at)
    assert Hold.objects.get().state == HoldState.RELEASE_ASKED


@pytest.mark.req("D-19")
def test_in_a_small_house_the_delay_stands_in_for_the_second_person():
    toml = _two_person(sample("smart-metering"), b'delay = "P3D"')
    ref = controller("smart-metering", toml=toml).ref
    people = cast(ref, at=build.CALLED)
    item = build.keep_one(ref)
    due = Item.objects.get(ref=item).due_at
    hold = build.hold([item], at=due - DAY)
    asked = build.local("2026-08-03T10:00", ref)
    boris = user_actor(people.boris.ref)
    view = services.ask_release(hold.ref, actor=boris, at=asked)
    assert view.passes_at == build.local("2026-08-07T00:00", ref)
    assert build.notices_for_officer(ref) == [hold.ref]
    with pytest.raises(DelayRunningError):
        services.approve_release(hold.ref, actor=boris, at=view.passes_at - SECOND)
    assert build.run(view.passes_at - SECOND).destroyed == 0
    assert build.run(view.passes_at).destroyed == 1
    assert Hold.objects.get().approved_by == "system:retention.delay-passed"
    assert build.notices_for_officer(ref) == []


@pytest.mark.req("D-19")
def test_the_officer_can_keep_a_hold_during_the_delay():
    toml = _two_person(sample("smart-metering"), b'delay = "P3D"')
    ref = controller("smart-metering", toml=toml).ref
    people = cast(ref, at=build.CALLED)
    item = build.keep_one(ref)
    at = build.CALLED + DAY
    hold = build.hold([item], at=at)
    view = services.ask_release(hold.ref, actor=user_actor(people.boris.ref), at=at)
    with pytest.raises(CapabilityMissingError):
        services.keep_hold(hold.ref, actor=user_actor(people.boris.ref), at=at)
    services.keep_hold(hold.ref, actor=user_actor(people.daiva.ref), at=at)
    assert services.release_after_delay(view.passes_at + DAY) == 0
    with pytest.raises(NotAskedError):
        services.keep_hold(hold.ref, actor=user_actor(people.daiva.ref), at=at)


def test_only_who_may_place_holds_places_them(ref, meters):
    people = cast(meters, at=build.CALLED)
    for nobody in (people.ana, people.radu, people.rita, people.audra, people.vera):
        with pytest.raises(CapabilityMissingError):
            services.place_hold(
                [ref],
                reason="complaint",
                case="KLG-1",
                owner=nobody.ref,
                actor=user_actor(nobody.ref),
                at=build.CALLED + DAY,
            )
    services.place_hold(
        [ref],
        reason="complaint",
        case="KLG-1",
        owner=people.boris.ref,
        actor=user_actor(people.boris.ref),
        at=build.CALLED + DAY,
    )


def test_a_closed_hold_stays_closed(ref, due):
    hold = build.hold([ref], at=due - DAY)
    services.end_holds(hold.ends_at)
    for act in (services.ask_release, services.approve_release, services.close_case):
        with pytest.raises(HoldClosedError):
            act(hold.ref, actor=CLERK, at=hold.ends_at)
    with pytest.raises(HoldUnknownError):
        services.ask_release(new_ref(), actor=CLERK, at=due)
    with pytest.raises(HoldUnknownError):
        selectors.hold(new_ref(), at=due)


@pytest.mark.req("D-20")
def test_a_hold_that_counts_from_the_end_of_its_case_is_open_until_then():
    toml = sample("smart-metering").replace(
        b'reason = "complaint", from = "hold.placed"', b'reason = "complaint", from = "case.closed"'
    )
    ref = controller("smart-metering", toml=toml).ref
    item = build.keep_one(ref)
    due = Item.objects.get(ref=item).due_at
    hold = build.hold([item], at=due - DAY)
    assert hold.ends_at is None
    services.require_usable(item, due + 9000 * DAY)
    closed = services.close_case(hold.ref, actor=CLERK, at=build.local("2026-08-31T10:00", ref))
    assert closed.ends_at == build.local("2029-08-31T00:00", ref)
    assert services.why_still_here(item, due).due_at == closed.ends_at


def test_a_hold_placed_between_two_steps_of_a_run_wins_or_is_refused(meters, monkeypatch):
    refs = build.keep(meters, words=["one", "two", "three"])
    due = Item.objects.get(ref=refs[0]).due_at
    wins, loses = [], []

    def between(name: str) -> None:
        if name == "retention.chosen" and not wins:
            # The run has chosen; its due instant has come, so only an older clock may still hold.
            wins.append(build.hold([refs[0]], at=due - SECOND))
        if name == "retention.intended" and not loses:
            with pytest.raises(RecordingBeingDestroyedError):
                build.hold([refs[1]], at=due - SECOND, case="KLG-2")
            loses.append(True)

    monkeypatch.setattr(vault, "crash_point", between)
    run = build.run(due)
    assert wins
    assert loses
    assert run.destroyed == 2
    assert played(refs[0]) == speech("one", size=4_000)
    assert [vault.has_key(ref) for ref in refs] == [True, False, False]


def test_a_key_parted_from_its_hold_by_a_crash_is_brought_back(ref, due):
    epoch = vault.epoch_of(ref)
    build.hold([ref], at=due - DAY)
    vault.move([ref], to=epoch, at=due - DAY)  # as if the release had been rolled back
    build.run(due)
    assert played(ref) == speech("good morning", size=4_000)
    assert vault.epoch_of(ref) == Hold.objects.get().epoch


def test_a_key_left_in_a_hold_that_never_was_does_not_outlive_its_due_day(ref, due, meters):
    other = build.keep_one(meters, word="other")
    vault.move([ref], to="c/x/hold/never-committed", at=due - DAY)
    run = build.run(due)
    assert (run.destroyed, run.residue_bytes) == (2, 0)
    assert not vault.has_key(ref)
    assert not vault.has_key(other)


def test_every_step_of_a_hold_stands_in_the_audit_without_its_case(ref, due, meters):
    people = cast(meters, at=build.CALLED)
    hold = build.hold([ref], at=due - DAY)
    services.ask_release(hold.ref, actor=user_actor(people.boris.ref), at=due)
    services.approve_release(hold.ref, actor=user_actor(people.daiva.ref), at=due)
    events = [leaf.event for leaf in audit.history(ref)]
    assert set(events) >= {"retention.hold.placed", "retention.hold.released"}
    assert "KLG-2026-17" not in str([leaf.facts for leaf in audit.history(ref)])
    assert HeldItem.objects.filter(in_force=True).count() == 0


def test_a_form_sent_twice_makes_one_hold_and_a_closed_one_does_not_stand_for_a_new_one(
    ref, due, meters
):
    people = cast(meters, at=build.CALLED)
    hold = build.hold([ref], at=due - DAY)
    assert build.hold([ref], at=due - DAY).ref == hold.ref
    assert len(selectors.holds(meters, at=due - DAY)) == 1
    services.ask_release(hold.ref, actor=user_actor(people.boris.ref), at=due - DAY)
    services.approve_release(hold.ref, actor=user_actor(people.daiva.ref), at=due - DAY)
    assert build.hold([ref], at=due - DAY).ref != hold.ref
