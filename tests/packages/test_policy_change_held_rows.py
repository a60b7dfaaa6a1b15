"""Whatever policies follow each other, nothing kept gets a later day without consent or law."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings as profile, strategies as st

from build import retention as build
from build.calls import a_call
from build.controllers import controller, sample
from build.policies import sample as compiled_sample
from build.recordings import house as playing_house, keep_one, let_rita_hear
from build.vault import unplug_vault
from callward.calls.services import keep_calls
from callward.controllers import selectors as controllers, services as change
from callward.holdings.kinds import KINDS, RECORDING
from callward.kernel import calendar
from callward.kernel.actors import system_actor
from callward.kernel.calendar import parse_period
from callward.kernel.references import new_ref
from callward.policy.compiled import RetentionRule
from callward.policy.vocabulary import RetentionKind, StartEvent
from callward.recordings import services as recordings
from callward.recordings.errors import PlayNotAllowedError, PurposeOutsidePolicyError
from callward.retention import ports, rules, services
from callward.retention.due_dates import claims_now, remeasure
from callward.retention.errors import StartEventUnknownError
from callward.retention.models import Begun, Item
from callward.retention.states import Rule

DAY = timedelta(days=1)
METERS = compiled_sample("smart-metering")
CAP = b'period = "P6M", start = "call.initiated", destroy = "crypto-shred"'
CLERK = system_actor("tests")

# ---- any sequence of policies over one item, without a database ----

periods = st.builds("P{}{}".format, st.integers(1, 30), st.sampled_from(["D", "M", "Y"]))
CAP_PATH, FLOOR_PATH = "activity.call-recording.retain", "activity.call-recording.floor"
caps = st.tuples(
    periods,
    st.sampled_from(
        [
            StartEvent.CALL_INITIATED,
            StartEvent.DATA_COLLECTED,
            StartEvent.FINANCIAL_YEAR_ENDED,
            StartEvent.CONTRACT_ENDED,
        ]
    ),
)
policies = st.lists(
    st.tuples(caps, st.none() | st.tuples(periods, st.just(StartEvent.CALL_INITIATED))),
    min_size=2,
    max_size=7,
)
calls = st.integers(0, 4 * 365 * 24).map(
    lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
)


def rule_of(kind, told):
    period, start = told
    return RetentionRule(kind=kind, period=parse_period(period), start=start, destroy=None)


def policy_of(number, told):
    cap, floor = told
    rules = {**METERS.rules, CAP_PATH: rule_of(RetentionKind.CAP, cap)}
    if floor is not None:
        rules[FLOOR_PATH] = rule_of(RetentionKind.FLOOR, floor)
    return replace(METERS, policy_id=f"sha256:{number:064d}", rules=rules)


def ends_under(policy, called, happened=None):
    """The end of the cap and of the floor that one policy gives a call, counted anew."""
    ends = []
    for rule, count in (
        (policy.rules[CAP_PATH], calendar.cap_due),
        (policy.rules.get(FLOOR_PATH), calendar.floor_end),
    ):
        if rule is None:
            ends.append(None)
            continue
        start = called
        if rule.start is StartEvent.CONTRACT_ENDED:
            start = happened
        elif rule.start is StartEvent.FINANCIAL_YEAR_ENDED:
            last = called.astimezone(policy.zone).date().replace(month=12, day=31)
            start = calendar.start_of_day(last, zone=policy.zone)
        ends.append(None if start is None else count(start, rule.period, zone=policy.zone))
    return ends


def item_under(policy, called):
    cap, floor = ends_under(policy, called)
    due = None if cap is None else max(end for end in (cap, floor) if end is not None)
    return Item(
        ref=new_ref(called),
        controller_ref=new_ref(called),
        activity="call-recording",
        policy_id=policy.policy_id,
        period=str(policy.rules[CAP_PATH].period),
        start_event=str(policy.rules[CAP_PATH].start),
        started_at=None if due is None else called,
        called_at=called,
        zone=policy.zone.key,
        cap_at=cap,
        cap_rule=Rule.OPEN if cap is None else Rule.CAP_PROMISED,
        cap_policy_id=policy.policy_id,
        floor_until=floor,
        due_at=due,
        epoch="",
    )


def later(end, other):
    """Whether `end` is later than `other`; None is not yet known, which is later than any day."""
    return other is not None and (end is None or end > other)


@pytest.mark.req("D-07")
@profile(deadline=None, max_examples=250)
@given(told=policies, called=calls)
def test_no_sequence_of_policies_gives_a_later_day_except_a_floor_of_the_law(told, called):
    first, *others = (policy_of(number, each) for number, each in enumerate(told))
    item = item_under(first, called)
    known_caps = [ends_under(first, called)[0]]
    for policy in others:
        before = item.due_at
        remeasure(item, policy)
        cap, floor = ends_under(policy, called)
        known_caps.append(cap)
        assert not later(item.due_at, before) or item.due_at == item.floor_until
        assert floor is None or item.floor_until >= floor
        assert item.cap_at == min((end for end in known_caps if end), default=None)
        assert item.due_at is None or item.floor_until is None or item.due_at >= item.floor_until
        assert remeasure(item, policy) is False  # asked again, nothing moves
        assert rules.effective_due(claims_now(item, policy)).due_at == item.due_at


@pytest.mark.req("D-07")
@profile(deadline=None, max_examples=150)
@given(
    told=policies,
    called=calls,
    erased=st.none() | st.integers(0, 900),
    held=st.lists(st.none() | st.integers(0, 4000), max_size=2),
)
def test_law_goes_before_hold_before_erasure_before_the_earlier_cap(told, called, erased, held):
    first, *others = (policy_of(number, each) for number, each in enumerate(told))
    item = item_under(first, called)
    for policy in others:
        remeasure(item, policy)
        erasure = None if erased is None else called + erased * DAY
        holds = tuple(None if days is None else called + days * DAY for days in held)
        claims = replace(claims_now(item, policy), erasure=erasure, holds=holds)
        due = rules.effective_due(claims).due_at
        wanted = min((end for end in (item.cap_at, erasure) if end), default=None)
        if wanted is not None and holds:
            wanted = None if None in holds else max(wanted, *holds)
        if wanted is not None and item.floor_until is not None:
            wanted = max(wanted, item.floor_until)
        assert due == wanted


# ---- the same on rows, keys and doors ----

in_a_house = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(tmp_path, settings):
    settings.CALLWARD_DATA = tmp_path
    yield build.plug_house(tmp_path)
    unplug_vault()
    ports.signer.unbind()


@pytest.fixture
def meters(house):
    return controller("smart-metering").ref


def revise(ref, at, *edits):
    """Put a revision into force in which some pieces of the file in force read otherwise."""
    before = controllers.policy_in_force(ref, at=at)
    toml = controllers.source(before.policy_id)
    for stands, written in edits:
        assert stands in toml
        toml = toml.replace(stands, written, 1)
    head, line = b"jurisdiction =", f'previous = "{before.policy_id}"\n'.encode()
    toml = b"\n".join(row for row in toml.split(b"\n") if not row.startswith(b"previous ="))
    change.activate_policy(ref, toml.replace(head, line + head, 1), actor=CLERK, at=at)
    return controllers.policy_in_force(ref, at=at)


def cap_of(period, start="call.initiated"):
    return f'period = "{period}", start = "{start}", destroy = "crypto-shred"'.encode()


@in_a_house
@pytest.mark.req("D-07")
def test_rows_follow_each_revision_to_the_nearest_day_and_never_back(meters):
    refs = build.keep(meters, words=["one", "two"])
    day = build.CALLED
    promised = build.local("2026-07-15T00:00", meters)
    months = [("P6M", "P9M"), ("P9M", "P3M"), ("P3M", "P2Y"), ("P2Y", "P75D")]
    wanted = ["2026-07-15", "2026-04-15", "2026-04-15", "2026-03-31"]
    assert set(Item.objects.values_list("due_at", flat=True)) == {promised}
    for (old, new), due in zip(months, wanted, strict=True):
        day += DAY
        revise(meters, day, (cap_of(old), cap_of(new)))
        services.reassess(meters, day)
        rows = Item.objects.filter(ref__in=refs)
        assert set(rows.values_list("due_at", flat=True)) == {build.local(f"{due}T00:00", meters)}
        assert {epoch[-10:] for epoch in rows.values_list("epoch", flat=True)} == {due}


@in_a_house
@pytest.mark.req("D-07")
def test_what_is_foreseen_of_a_revision_is_what_happens(meters):
    build.keep(meters, words=["one", "two", "three"])
    day = build.CALLED + 40 * DAY
    build.keep(meters, called=day, words=["four"], at=day)
    before = controllers.policy_in_force(meters, at=day)
    shorter = replace(
        before,
        policy_id="sha256:" + "0" * 64,
        rules={
            **before.rules,
            CAP_PATH: replace(before.rules[CAP_PATH], period=parse_period("P1M")),
        },
    )
    seen = services.foresee(meters, shorter, at=day + DAY)["recording"]
    assert (seen.kept, seen.nearer, seen.due_at_once, seen.unchanged) == (4, 4, 3, 0)
    revise(meters, day + DAY, (CAP, cap_of("P1M")))
    assert build.run(day + DAY).destroyed == 3


LINES = (
    b'retain = { kind = "cap", period = "P6M", start = "call.initiated", destroy = "row-deletion" }'
)


def changed(before, **paths):
    """A policy that nobody put into force, with other rules at some paths."""
    return replace(
        before,
        policy_id="sha256:" + "0" * 64,
        rules={**before.rules, **{path.replace("__", "."): rule for path, rule in paths.items()}},
    )


def keep_calls_of(meters, *days):
    policy = controllers.policy_in_force(meters, at=days[-1])
    new = [a_call(meters, policy.policy_id, started_at=day) for day in days]
    return keep_calls(new, actor=CLERK, at=days[-1])


@in_a_house
@pytest.mark.req("D-07")
def test_what_is_foreseen_of_rows_of_every_kind_is_what_happens(meters, the_clock):
    day = build.CALLED
    keep_calls_of(meters, day, day, day + 10 * DAY, day + 40 * DAY)
    at = day + 41 * DAY
    the_clock.move_to(at)
    one_month = LINES.replace(b"P6M", b"P1M")
    before = controllers.policy_in_force(meters, at=at)
    path = "activity.call-centre-data.retain"
    shorter = changed(before, **{path: replace(before.rules[path], period=parse_period("P1M"))})

    with CaptureQueriesContext(connection) as queries:
        seen = services.foresee(meters, shorter, at=at)

    assert set(seen) == set(KINDS)
    assert seen["call"].counts() == {
        "kept": 4,
        "nearer": 4,
        "due_at_once": 3,
        "longer_by_law": 0,
        "unchanged": 0,
    }
    others = {kind: count for kind, count in seen.items() if kind != "call" and count.kept}
    assert set(others) == {"audit"}
    assert not any(count.nearer or count.due_at_once for count in others.values())
    assert len(queries) < 60
    keep_calls_of(meters, *[day + hour * timedelta(hours=1) for hour in range(200)])
    with CaptureQueriesContext(connection) as more:
        assert services.foresee(meters, shorter, at=at)["call"].nearer == 204
    assert len(more) <= len(queries)
    revise(meters, at, (LINES, one_month))
    assert build.run(at).destroyed == 203


@in_a_house
@pytest.mark.req("D-07")
def test_a_longer_revision_moves_no_row_and_a_floor_of_the_law_moves_them_later(meters):
    day = build.CALLED
    keep_calls_of(meters, day, day + DAY)
    before = controllers.policy_in_force(meters, at=day + DAY)
    path, floor = "activity.call-centre-data.retain", "activity.call-centre-data.floor"
    longer = changed(before, **{path: replace(before.rules[path], period=parse_period("P9M"))})
    seen = services.foresee(meters, longer, at=day + 2 * DAY)["call"]
    assert (seen.kept, seen.unchanged, seen.longer_by_law) == (2, 2, 0)
    by_law = changed(
        before, **{floor: rule_of(RetentionKind.FLOOR, ("P1Y", StartEvent.CALL_INITIATED))}
    )
    seen = services.foresee(meters, by_law, at=day + 2 * DAY)["call"]
    assert (seen.kept, seen.nearer, seen.longer_by_law) == (2, 0, 2)


@in_a_house
@pytest.mark.req("X-21")
def test_rows_that_wait_for_an_event_end_earlier_only_where_it_has_come(meters):
    day = build.CALLED
    refs = keep_calls_of(meters, day, day)
    Begun.objects.create(item_ref=refs[0], event=StartEvent.CONTRACT_ENDED, happened_at=day)
    before = controllers.policy_in_force(meters, at=day)
    path = "activity.call-centre-data.retain"
    waiting = changed(
        before, **{path: rule_of(RetentionKind.CAP, ("P1M", StartEvent.CONTRACT_ENDED))}
    )
    seen = services.foresee(meters, waiting, at=day + 35 * DAY)["call"]
    assert (seen.kept, seen.nearer, seen.due_at_once) == (2, 1, 1)


@in_a_house
@pytest.mark.req("D-20")
def test_what_is_held_is_not_foreseen_as_gone_at_the_first_run(meters):
    day = build.CALLED
    held, _free = keep_calls_of(meters, day, day)
    build.hold([held], at=day + DAY)
    before = controllers.policy_in_force(meters, at=day)
    path = "activity.call-centre-data.retain"
    shorter = changed(before, **{path: replace(before.rules[path], period=parse_period("P1M"))})
    seen = services.foresee(meters, shorter, at=day + 40 * DAY)["call"]
    assert (seen.kept, seen.nearer, seen.due_at_once) == (2, 2, 1)


@in_a_house
@pytest.mark.req("D-07")
def test_entries_of_the_audit_are_foreseen_too(meters, the_clock):
    keep_calls_of(meters, the_clock.now())
    at = the_clock.now() + 40 * DAY
    the_clock.move_to(at)
    keep_calls_of(meters, at)
    before = controllers.policy_in_force(meters, at=at)
    path = "record.audit.retain"
    shorter = changed(before, **{path: replace(before.rules[path], period=parse_period("P1M"))})
    seen = services.foresee(meters, shorter, at=at + DAY)["audit"]
    assert seen.kept == seen.nearer > seen.due_at_once > 0
    assert services.foresee(meters, before, at=at + DAY)["audit"].unchanged == seen.kept


@in_a_house
@pytest.mark.req("D-07")
def test_a_file_that_arrives_late_keeps_the_promise_of_its_call(meters):
    called = build.CALLED
    revise(meters, called + DAY, (CAP, cap_of("P2Y")))
    late, new = (
        build.keep(meters, called=when, words=[word], at=called + 3 * DAY)[0]
        for when, word in ((called, "late"), (called + 2 * DAY, "new"))
    )
    dues = {ref: Item.objects.get(ref=ref).due_at for ref in (late, new)}
    assert dues == {
        late: build.local("2026-07-15T00:00", meters),
        new: build.local("2028-01-17T00:00", meters),
    }
    assert services.why_still_here(late, called + 4 * DAY).period == "P6M"


@in_a_house
@pytest.mark.req("D-07")
def test_a_file_that_arrives_late_goes_by_a_cap_that_became_shorter(meters):
    revise(meters, build.CALLED + DAY, (CAP, cap_of("P1M")))
    late = build.keep(meters, called=build.CALLED, at=build.CALLED + 2 * DAY)[0]
    assert Item.objects.get(ref=late).due_at == build.local("2026-02-15T00:00", meters)
    assert services.why_still_here(late, build.CALLED + 3 * DAY).period == "P1M"


@in_a_house
def test_a_call_from_before_any_recording_was_promised_goes_by_the_policy_now(house):
    silent = controller("dermatology-clinic").ref
    second = replace(METERS, previous="sha256:" + "0" * 64)
    for called in (build.CALLED, datetime(2019, 5, 1, tzinfo=UTC)):
        plan = services.plan(second, RECORDING, controller_ref=silent, happened_at=called)
        assert (plan.period, plan.policy_id) == ("P6M", second.policy_id)


@in_a_house
@pytest.mark.req("X-21")
def test_an_event_that_comes_after_a_revision_still_brings_the_earlier_day(house):
    toml = sample("smart-metering").replace(CAP, cap_of("P1M", "contract.ended"))
    meters = controller("smart-metering", toml=toml).ref
    ref = build.keep_one(meters)
    revise(meters, build.CALLED + DAY, (cap_of("P1M", "contract.ended"), cap_of("P1Y")))
    services.reassess(meters, build.CALLED + DAY)
    assert Item.objects.get(ref=ref).due_at == build.local("2027-01-15T00:00", meters)
    ended = build.local("2026-03-10T09:00", meters)

    services.begin_count(
        [ref], event=StartEvent.CONTRACT_ENDED, happened_at=ended, actor=CLERK, at=ended
    )

    assert Item.objects.get(ref=ref).due_at == build.local("2026-04-10T00:00", meters)
    with pytest.raises(StartEventUnknownError):  # an event happens once
        services.begin_count(
            [ref], event=StartEvent.CONTRACT_ENDED, happened_at=ended, actor=CLERK, at=ended
        )


FLOOR = b'floor = { kind = "floor", period = "P1Y", start = "contract.ended", law = "ro-82-1991" }'


@in_a_house
@pytest.mark.req("D-07")
@pytest.mark.parametrize(
    ("revised", "due"),
    [
        ([cap_of("P1M", "contract.ended")], "2026-04-10T00:00"),
        ([cap_of("P1M", "contract.ended"), cap_of("P9M", "contract.ended")], "2026-04-10T00:00"),
        ([cap_of("P2Y", "contract.ended")], "2026-09-10T00:00"),
        ([cap_of("P2Y", "contract.ended") + b" }\n" + FLOOR[:-2]], "2027-03-11T00:00"),
    ],
)
def test_what_waits_for_its_event_is_reached_by_every_revision_since(house, revised, due):
    stood = cap_of("P6M", "contract.ended")
    meters = controller("smart-metering", toml=sample("smart-metering").replace(CAP, stood)).ref
    ref = build.keep_one(meters)
    for days, wanted in enumerate(revised, 1):
        revise(meters, build.CALLED + days * DAY, (stood, wanted))
        build.run(build.CALLED + days * DAY)
        stood = wanted
    ended = build.local("2026-03-10T09:00", meters)

    services.begin_count(
        [ref], event=StartEvent.CONTRACT_ENDED, happened_at=ended, actor=CLERK, at=ended
    )

    end = build.local(due, meters)
    assert Item.objects.get(ref=ref).due_at == end
    assert build.run(end - timedelta(seconds=1)).destroyed == 0
    assert build.run(end).destroyed == 1


@in_a_house
@pytest.mark.req("D-07")
def test_a_shorter_revision_counts_although_a_longer_one_came_before_any_run(meters):
    ref = build.keep_one(meters)
    revise(meters, build.CALLED + DAY, (CAP, cap_of("P1M")))
    revise(meters, build.CALLED + 2 * DAY, (cap_of("P1M"), cap_of("P5M")))
    build.run(build.CALLED + 3 * DAY)
    assert Item.objects.get(ref=ref).due_at == build.local("2026-02-15T00:00", meters)


@in_a_house
@pytest.mark.req("X-21")
def test_a_shorter_cap_counts_from_the_event_that_has_come(house):
    toml = sample("smart-metering").replace(CAP, cap_of("P6M", "contract.ended"))
    meters = controller("smart-metering", toml=toml).ref
    ref = build.keep_one(meters)
    ended = build.local("2026-02-10T09:00", meters)
    services.begin_count(
        [ref], event=StartEvent.CONTRACT_ENDED, happened_at=ended, actor=CLERK, at=ended
    )
    revise(meters, ended + DAY, (cap_of("P6M", "contract.ended"), cap_of("P2M", "contract.ended")))
    services.reassess(meters, ended + DAY)
    assert Item.objects.get(ref=ref).due_at == build.local("2026-04-10T00:00", meters)


@in_a_house
@pytest.mark.req("D-08")
def test_a_longer_hold_of_a_later_policy_does_not_reach_what_was_collected_before(meters):
    old = build.keep_one(meters)
    at = build.CALLED + DAY
    longer = (
        b'reason = "complaint", from = "hold.placed", max = "P3Y"',
        b'reason = "complaint", from = "hold.placed", max = "P9Y"',
    )
    revise(meters, at, longer)
    new = build.keep(meters, called=at, words=["new"], at=at)[0]
    ends = {
        ref: build.hold([ref], at=at, case=f"KLG-{nr}").ends_at for nr, ref in enumerate((old, new))
    }
    assert ends == {
        old: build.local("2029-01-16T00:00", meters),
        new: build.local("2035-01-16T00:00", meters),
    }


@in_a_house
@pytest.mark.req("D-20")
def test_the_end_of_a_case_counts_by_the_shorter_of_both_policies(house):
    counted = sample("smart-metering").replace(
        b'reason = "complaint", from = "hold.placed"', b'reason = "complaint", from = "case.closed"'
    )
    meters = controller("smart-metering", toml=counted).ref
    ref = build.keep_one(meters)
    at = build.CALLED + DAY
    longer = (b'from = "case.closed", max = "P3Y"', b'from = "case.closed", max = "P9Y"')
    revise(meters, at, longer)
    hold = build.hold([ref], at=at)
    assert hold.ends_at is None
    closed = services.close_case(hold.ref, actor=CLERK, at=build.local("2026-08-31T10:00", meters))
    assert closed.ends_at == build.local("2029-08-31T00:00", meters)


@pytest.mark.django_db
@pytest.mark.req("K-10")
@pytest.mark.parametrize(
    ("stood", "error"),
    [
        (b'roles = ["supervisor", "call-reviewer", "dpo"]', PlayNotAllowedError),
        (b'purposes = ["quality", "complaints", "legal-duty"]', PurposeOutsidePolicyError),
    ],
)
def test_who_or_what_a_later_policy_adds_does_not_hear_what_was_collected_before(
    tmp_path, settings, the_clock, stood, error
):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    narrow = {
        b'roles = ["supervisor", "call-reviewer", "dpo"]': b'roles = ["dpo"]',
        b'purposes = ["quality", "complaints", "legal-duty"]': b'purposes = ["quality"]',
    }[stood]
    home = playing_house(tmp_path)
    narrowed = revise(home.controller.ref, the_clock.now(), (stood, narrow))
    kept, rita = keep_one(replace(home, policy=narrowed)), let_rita_hear(home)
    revise(home.controller.ref, the_clock.now(), (narrow, stood))
    with pytest.raises(error):
        recordings.begin_playback(kept.ref, **rita, at=the_clock.now())
