"""Each probe of what is kept goes red at each kind when the engine is broken in that one way.

The rows are written past the engine, so an engine that never ends, counts or looks again is broken
by hand in every test; the honest odd days beside them stay green.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from build.kept_rows import GIVEN, PAIRS, hold_on, row_of
from build.promises import look, promised_house
from build.recordings import keep_one
from callward.calls.models import Call
from callward.calls.services import reduce_calls
from callward.holdings.kinds import KINDS
from callward.kernel import calendar, clock
from callward.kernel.actors import system_actor
from callward.promises.ends import Revision, written_at
from callward.promises.facts import PATIENCE
from callward.promises.probe_context import glance
from callward.promises.registry import every_probe
from callward.recordings.models import Recording
from callward.retention import services as retention
from callward.retention.models import Item
from callward.telephony.models import LineCall, WrapUp
from callward.texts.states import CheckName, Probe

if TYPE_CHECKING:
    from callward.promises.probe_context import ProbeContext

pytestmark = pytest.mark.django_db
ZONE = calendar.zone_named("Europe/Bucharest")
A_SECOND = timedelta(seconds=1)
STARTED = datetime(2026, 4, 20, 13, 0, tzinfo=UTC)
# The end of P6M from here is the night in which clocks go forward: midnight is still winter time.
BEFORE_THE_NIGHT = datetime(2026, 9, 28, 13, 0, tzinfo=UTC)
HELD = [kind for kind in GIVEN if KINDS[kind].activities]
ORDERED = [kind for kind in GIVEN if KINDS[kind].floors]


@pytest.fixture
def home(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return promised_house(tmp_path, name="smart-metering")


def ruled(
    home, kind, *, at, cap="P6M", start="", floor="", hold=True, revisions=()
) -> ProbeContext:
    """The controller at an instant, under a policy that says this of the kind and nothing else."""
    seen = glance(home.controller.ref, at=at)
    first, *_ = seen.revisions
    since = [(first.since, cap), *revisions]
    told = [
        Revision(
            policy_id=first.policy_id if not n else f"later-{n}",
            since=then,
            document=_document(
                first.document, kind, cap=period, start=start, floor=floor, hold=hold
            ),
        )
        for n, (then, period) in enumerate(since)
        if then <= at
    ]
    documents = {one.policy_id: one.document for one in told}
    return replace(seen, revisions=told, documents=documents, policy_id=told[-1].policy_id, seen={})


def _document(document, kind, *, cap, start, floor, hold):
    known = {"timezone": document["timezone"], "controller": document["controller"]}
    event = start or next(iter(kind.starts))
    if cap:
        _write(known, kind.rules[0], {"kind": "cap", "period": cap, "start": event})
    if floor:
        _write(known, kind.floors[0], {"kind": "floor", "period": floor, "start": event})
    if hold and kind.activities:
        rule = {"reason": "complaint", "from": "hold.placed", "max": "P3Y", "review": "P6M"}
        known.setdefault("activity", {}).setdefault(kind.activities[0], {})["hold"] = [rule]
    return known


def _write(document, path, rule):
    *way, last = path.split(".")
    for key in way:
        document = document.setdefault(key, {})
    document[last] = rule


def wrong(seen, probe, kind):
    found = every_probe()[CheckName(probe, kind.name)](seen)
    return 0 if found is None else found.wrong


def end_of(started, period="P6M"):
    """The end by the first calendar; the probe has the second."""
    return calendar.cap_due(started, calendar.parse_period(period), zone=ZONE)


def mutant(probe, home, kind, started):
    """Break the engine in the one way that a probe is there for; answers when it must be red."""
    ref = row_of(kind, home, started=started)
    match probe:
        case Probe.DUE_DATES_FOLLOW_POLICY | Probe.EXPIRED_UNREADABLE:
            return ruled(home, kind, at=end_of(started) + PATIENCE)  # the disposal job never ran
        case Probe.EVERYTHING_HAS_A_DUE_DATE:
            return ruled(home, kind, at=started, cap="")  # kept where no rule ends it
        case Probe.HOLDS_REVIEWED:
            hold_on(ref, home, placed=started, review_on=(started + timedelta(days=900)).date())
            return ruled(home, kind, at=started + timedelta(days=200))  # nobody looked again


@pytest.mark.req("D-05")
@pytest.mark.parametrize("name", PAIRS, ids=str)
def test_an_engine_broken_by_hand_turns_the_probe_red_at_this_kind(home, name):
    kind = KINDS[name.kind]
    assert wrong(mutant(name.probe, home, kind, STARTED), name.probe, kind) == 1


@pytest.mark.req("D-05")
@pytest.mark.parametrize("kind", GIVEN)
@pytest.mark.parametrize("started", [STARTED, BEFORE_THE_NIGHT])
def test_nothing_is_late_before_its_day_and_the_patience_of_a_run_are_over(home, kind, started):
    kind = KINDS[kind]
    row_of(kind, home, started=started)
    over = end_of(started) + PATIENCE
    for probe in (Probe.DUE_DATES_FOLLOW_POLICY, Probe.EVERYTHING_HAS_A_DUE_DATE):
        assert wrong(ruled(home, kind, at=over - A_SECOND), probe, kind) == 0
    assert wrong(ruled(home, kind, at=over), Probe.DUE_DATES_FOLLOW_POLICY, kind) == 1


@pytest.mark.req("D-08")
@pytest.mark.parametrize("kind", HELD)
def test_a_held_row_is_honest_until_the_hold_has_lived_as_long_as_the_policy_lets_it(home, kind):
    kind = KINDS[kind]
    ref = row_of(kind, home, started=STARTED)
    placed = STARTED + timedelta(days=30)
    hold_on(ref, home, placed=placed, review_on=placed.date())
    over = end_of(placed, "P3Y") + PATIENCE
    probe = Probe.DUE_DATES_FOLLOW_POLICY
    assert wrong(ruled(home, kind, at=over - A_SECOND), probe, kind) == 0
    assert wrong(ruled(home, kind, at=over), probe, kind) == 1
    assert wrong(ruled(home, kind, at=over, hold=False), probe, kind) == 1  # no rule, no hold


@pytest.mark.parametrize("kind", ORDERED)
def test_what_the_law_orders_to_keep_is_not_late_at_the_end_of_its_cap(home, kind):
    kind = KINDS[kind]
    row_of(kind, home, started=STARTED)
    law = calendar.floor_end(STARTED, calendar.parse_period("P1Y"), zone=ZONE) + PATIENCE
    probe = Probe.DUE_DATES_FOLLOW_POLICY
    assert wrong(ruled(home, kind, at=law - A_SECOND, floor="P1Y"), probe, kind) == 0
    assert wrong(ruled(home, kind, at=law, floor="P1Y"), probe, kind) == 1


@pytest.mark.parametrize("kind", GIVEN)
def test_what_waits_for_its_event_has_no_end_yet_and_breaks_nothing(home, kind):
    kind = KINDS[kind]
    row_of(kind, home, started=STARTED)
    Item.objects.update(due_at=None, started_at=None, start_event="contract.ended")
    seen = ruled(home, kind, at=STARTED + timedelta(days=9000), start="contract.ended")
    for probe in (Probe.DUE_DATES_FOLLOW_POLICY, Probe.EVERYTHING_HAS_A_DUE_DATE):
        assert wrong(seen, probe, kind) == 0


@pytest.mark.req("D-07")
@pytest.mark.parametrize("kind", GIVEN)
def test_a_shorter_promise_counts_at_once_and_a_longer_one_never(home, kind):
    kind = KINDS[kind]
    row_of(kind, home, started=STARTED)
    probe, later = Probe.DUE_DATES_FOLLOW_POLICY, STARTED + timedelta(days=60)
    shorter, longer = [(later, "P1M")], [(later, "P9M")]
    at = later + PATIENCE
    assert wrong(ruled(home, kind, at=at - A_SECOND, revisions=shorter), probe, kind) == 0
    assert wrong(ruled(home, kind, at=at, revisions=shorter), probe, kind) == 1
    over = end_of(STARTED) + PATIENCE
    assert wrong(ruled(home, kind, at=over, revisions=longer), probe, kind) == 1


@pytest.mark.req("D-02")
@pytest.mark.parametrize("kind", [kind for kind in GIVEN if KINDS[kind].sealed])
def test_a_stored_day_that_is_later_than_promised_is_broken_before_it_comes(home, kind):
    kind = KINDS[kind]
    row_of(kind, home, started=STARTED)
    probe, at = Probe.DUE_DATES_FOLLOW_POLICY, STARTED + timedelta(days=1)
    Item.objects.update(due_at=end_of(STARTED))
    assert wrong(ruled(home, kind, at=at), probe, kind) == 0
    Item.objects.update(due_at=end_of(STARTED) + A_SECOND)
    assert wrong(ruled(home, kind, at=at), probe, kind) == 1
    Item.objects.all().delete()  # the engine forgot to register it
    assert wrong(ruled(home, kind, at=at), Probe.EVERYTHING_HAS_A_DUE_DATE, KINDS["recording"]) == (
        kind.name != "quarantined"
    )


@pytest.mark.req("D-08")
def test_the_notes_of_a_held_recording_are_held_with_it_and_no_others(home):
    kind, probe = KINDS["wrap-up"], Probe.DUE_DATES_FOLLOW_POLICY
    note = row_of(kind, home, started=STARTED)
    line = row_of(KINDS["line-record"], home, started=STARTED)
    sound = row_of(KINDS["recording"], home, started=STARTED)
    hold_on(sound, home, placed=STARTED, review_on=STARTED.date())
    at = end_of(STARTED) + PATIENCE
    assert wrong(ruled(home, kind, at=at), probe, kind) == 1
    named = WrapUp.objects.get(ref=note).line_call_ref
    LineCall.objects.filter(ref=line).update(recording_ref=sound, line_call_ref=named)
    assert wrong(ruled(home, kind, at=at), probe, kind) == 0


def test_a_call_of_which_its_recording_is_left_ends_with_the_recording(home):
    kind, probe = KINDS["call"], Probe.DUE_DATES_FOLLOW_POLICY
    kept = keep_one(home, started_at=clock.now())
    at = end_of(clock.now()) + PATIENCE
    assert wrong(ruled(home, kind, at=at), probe, kind) == 1
    reduce_calls([kept.call_ref])
    assert wrong(ruled(home, kind, at=at), probe, kind) == 0
    Call.objects.update(agent_code="ana")  # more was left than what the recording is
    assert wrong(ruled(home, kind, at=at), probe, kind) == 1
    Call.objects.update(agent_code="")
    Recording.objects.all().delete()
    assert wrong(ruled(home, kind, at=at), probe, kind) == 1


SAMPLES = {"voice-message": "voip-provider"}


@pytest.mark.req("D-05")
@pytest.mark.parametrize("kind", GIVEN)
def test_the_engine_and_the_probe_agree_on_the_day_of_every_kind(tmp_path, settings, kind):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    home = promised_house(tmp_path, name=SAMPLES.get(kind, "smart-metering"))
    kind = KINDS[kind]
    row_of(kind, home, started=STARTED)
    document = glance(home.controller.ref, at=STARTED).document
    caps = [rule["period"] for path in kind.rules if (rule := written_at(document, path))]
    end = min(end_of(STARTED, period) for period in caps)
    Item.objects.update(due_at=end, cap_at=end)
    runner, probe = system_actor("retention.run"), Probe.DUE_DATES_FOLLOW_POLICY
    retention.run_disposal(None, actor=runner, at=end - A_SECOND)
    assert look(home, probe, kind=kind.name, at=end + PATIENCE).wrong == 1
    retention.run_disposal(None, actor=runner, at=end)
    assert look(home, probe, kind=kind.name, at=end + PATIENCE).wrong == 0
