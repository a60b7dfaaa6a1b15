"""Everything kept ends by the rule of its kind, in one run, with a certificate, whatever it is."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from build import retention as build
from build.accounts import SETUP, cast
from build.calls import PETRAS, a_call
from build.controllers import controller, sample
from build.line_spool import MARA, put_call, spooling, story_of
from callward import holdings
from callward.accounts.models import Training
from callward.calls.models import Call, CdrRow, Leg
from callward.calls.selectors import CallFilters
from callward.calls.services import keep_calls
from callward.consents.models import Proof
from callward.consents.services import proof
from callward.controllers import services as controllers
from callward.controllers.selectors import policy_in_force
from callward.holdings.kinds import CALL, KINDS, RAW_ROW, TRAINING
from callward.kernel import calendar, clock
from callward.kernel.actors import user_actor
from callward.kernel.references import new_ref
from callward.line.call_ledger import verify
from callward.line.states import RecordingFate
from callward.line.volatile_keys import memory_for
from callward.policy.vocabulary import StartEvent
from callward.recordings.models import Recording
from callward.recordings.selectors import list_calls
from callward.retention import rows, selectors, services
from callward.retention.errors import (
    HoldReasonUnknownError,
    StartEventTimeError,
    StartEventUnknownError,
)
from callward.retention.models import Begun, DestroyedItem, Disposal, Item
from callward.retention.states import KeptKind
from callward.subjects.models import Number
from callward.telephony import services as telephony
from callward.telephony.models import (
    CountedDay,
    DeskCall,
    DialPermit,
    LineCall,
    RingBack,
    WrapUp,
)
from callward.vault import services as vault

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
RULE = 'retain = {{ kind = "cap", period = "{}", start = "{}", destroy = "row-deletion" }}'
SIX_MONTHS = RULE.format("P6M", "call.initiated").encode()
DETAIL = b"""[record.call-detail]
retain = { kind = "cap", period = "P6M", start = "call.initiated" }"""
FLOOR = 'floor = {{ kind = "floor", period = "{}", start = "call.initiated", law = "{}" }}'
NOTES = (LineCall, WrapUp, RingBack, DeskCall, DialPermit)


def lasting(period: str, *, start: str = "call.initiated", more: bytes = b"") -> bytes:
    """The smart meters' policy, with another life of what the call centre notes."""
    rule = RULE.format(period, start)
    toml = sample("smart-metering")
    assert toml.count(SIX_MONTHS) == 1
    return toml.replace(SIX_MONTHS, rule.encode() + b"\n" + more)


@pytest.fixture
def spool(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    made = spooling(tmp_path, settings)
    build.plug_signer(tmp_path)
    yield made
    shutil.rmtree(memory_for(made.spool), ignore_errors=True)


@pytest.fixture
def house(tmp_path):
    build.plug_house(tmp_path)


def collected(spool, view, **story):
    """One call over our own line, with everything that is ever noted beside one."""
    at = clock.now()
    put = put_call(spool, story_of(view, policy_in_force(view.ref, at=at).policy_id, **story))
    telephony.collect(at)
    line = LineCall.objects.get(ref=put.ref)
    began = line.started_at
    WrapUp.objects.create(
        controller_ref=view.ref,
        line_call_ref=line.line_call_ref,
        user_ref=new_ref(),
        outcome="settled",
        purpose="evaluation",
        remark="asked about the meter",
        closed_at=at,
        started_at=began,
    )
    RingBack.objects.create(
        controller_ref=view.ref,
        line_call_ref=line.line_call_ref,
        kind="missed",
        sealed_number=b"sealed",
        since=began,
    )
    DeskCall.objects.create(
        ref=line.line_call_ref,
        controller_ref=view.ref,
        phone_ref=new_ref(),
        user_ref=new_ref(),
        direction="in",
        gate="told",
        gate_since=began,
        began_at=began,
    )
    DialPermit.objects.create(
        controller_ref=view.ref,
        user_ref=new_ref(),
        phone_ref=new_ref(),
        sealed_number=b"",
        reason="booking",
        reference="C-1",
        policy_id=line.policy_id,
        given_at=began,
        ends_at=began + DAY,
        call_ref=line.ref,
    )
    return line


def left(*models):
    return {model.__name__: model.objects.count() for model in models if model.objects.exists()}


def certified(run):
    """How many of each kind the certificates of a run speak for."""
    views = [selectors.certificate(ref) for ref in run.certificates]
    for view in views:
        said = services.verify_certificate(view.document, build.KnownSigner().public_key)
        assert said["count"] == view.count
    return {view.what: view.count for view in views}


def after(began, period, view):
    policy = policy_in_force(view.ref, at=clock.now())
    return calendar.cap_due(began, calendar.parse_period(period), zone=policy.zone)


@pytest.mark.req("D-05")
def test_after_seven_days_call_legs_numbers_and_notes_are_gone_beside_a_kept_recording(
    spool, the_clock
):
    view = controller("smart-metering", toml=lasting("P7D"))
    line = collected(spool, view)
    due = after(line.started_at, "P7D", view)
    the_clock.move_to(due - timedelta(seconds=1))
    assert services.run_disposal(None, actor=SETUP, at=clock.now()).destroyed == 0
    assert left(*NOTES) == dict.fromkeys((each.__name__ for each in NOTES), 1)

    the_clock.move_to(due)
    run = services.run_disposal(None, actor=SETUP, at=clock.now())

    assert left(*NOTES, Leg, CdrRow, Number) == {}
    kinds = ("call", "desk-call", "dial-permit", "line-record", "ring-back", "wrap-up")
    assert certified(run) == dict.fromkeys(kinds, 1)
    assert (run.state, run.overdue_after, run.due) == ("clean", 0, len(kinds))
    call = Call.objects.get()
    assert (call.agent_code, call.queue, call.source_call_key, call.source_account) == ("",) * 4
    assert (call.other_number_ref, call.did_number_ref, call.counts_from) == (None, None, None)
    assert (call.direction, call.started_at, call.told) == ("in", line.started_at, "asked")
    [listed] = list_calls(view.ref, CallFilters()).rows
    assert [one.ref for one in listed.recordings] == [line.recording_ref]
    assert vault.read_range(line.recording_ref, "audio", 0, 4) == b"RIFF"
    assert services.run_disposal(None, actor=SETUP, at=clock.now()).destroyed == 0

    the_clock.move_to(Item.objects.get().due_at)
    run = services.run_disposal(None, actor=SETUP, at=clock.now())

    assert certified(run) == {"recording": 1}
    assert left(Call, Recording, Item, DestroyedItem) == {"DestroyedItem": 1}


@pytest.mark.req("D-05")
def test_where_nothing_is_recorded_the_whole_call_goes(spool, the_clock):
    view = controller("smart-metering", toml=lasting("P7D"))
    line = collected(spool, view, refused=True, fate=RecordingFate.REFUSED)
    assert Recording.objects.count() == 1  # that it was refused
    the_clock.move_to(after(line.started_at, "P7D", view))

    services.run_disposal(None, actor=SETUP, at=clock.now())

    assert left(*NOTES, Call, Leg, Number, Recording, Item) == {}


@pytest.mark.req("D-07")
def test_a_shorter_revision_reaches_also_what_was_refused_and_has_no_key(spool, the_clock):
    toml, months = lasting("P3Y"), b'period = "P6M", start = "call.initiated", destroy = "crypto'
    assert toml.count(months) == 1
    view = controller("smart-metering", toml=toml)
    line = collected(spool, view, refused=True, fate=RecordingFate.REFUSED)
    first = policy_in_force(view.ref, at=clock.now())
    the_clock.advance(DAY)
    revise(view, first, toml.replace(months, months.replace(b"P6M", b"P1M")))
    assert build.run(clock.now()).state == "clean"
    due = after(line.started_at, "P1M", view)
    assert Item.objects.get().due_at == due
    the_clock.move_to(due)
    assert certified(build.run(clock.now())) == {"recording": 1}


@pytest.mark.req("D-20")
def test_a_refused_recording_can_be_held_although_it_has_no_key(spool, the_clock):
    view = controller("smart-metering", toml=lasting("P7D"))
    line = collected(spool, view, refused=True, fate=RecordingFate.REFUSED)
    people, ref = cast(view.ref, at=clock.now()), Recording.objects.get().ref
    held = build.hold([ref], at=clock.now(), reason="authority")
    for day in (after(line.started_at, "P7D", view), Item.objects.get().due_at):
        the_clock.move_to(day)
        assert build.run(clock.now()).state == "clean"
        assert left(*NOTES, Leg, Recording, Item) == {"Recording": 1, "Item": 1}
    services.ask_release(held.ref, actor=SETUP, at=clock.now())
    services.approve_release(held.ref, actor=user_actor(people.daiva.ref), at=clock.now())
    assert certified(build.run(clock.now())) == {"recording": 1}
    assert left(Call, Recording, Item) == {}


@pytest.mark.req("K-13")
def test_the_proof_of_consent_outlives_its_recording_and_ends_on_a_day_of_its_own(spool, the_clock):
    view = controller("smart-metering", toml=lasting("P7D"))
    line = collected(spool, view)
    kept = Proof.objects.get()
    told = proof(kept.ref)
    assert (told.decision, told.policy_id, kept.call_ref) == (
        "asked",
        line.policy_id,
        line.call_ref,
    )
    assert verify(told.evidence, call=str(line.line_call_ref), head=line.ledger_head)
    mine = holdings.Identifiers(numbers=(MARA,))
    holder = next(each for each in holdings.holders() if each.name == "consents")
    the_clock.move_to(Item.objects.get().due_at)
    services.run_disposal(None, actor=SETUP, at=clock.now())
    assert left(Recording, Call, Number) == {}
    assert holder.find(mine) == [kept.ref]
    assert "asked" in holder.describe(kept.ref)["consent"]
    assert MARA.encode() not in bytes(kept.number_digest) + bytes(kept.sealed_evidence)

    the_clock.move_to(after(kept.decided_at, "P3Y", view))
    run = services.run_disposal(None, actor=SETUP, at=clock.now())

    assert certified(run)["consent-proof"] == 1
    assert left(Proof) == {}


@pytest.mark.req("D-20")
def test_a_hold_covers_the_notes_of_its_call_until_it_is_released(spool, the_clock):
    view = controller("smart-metering", toml=lasting("P7D"))
    line = collected(spool, view)
    held, people = build.hold([line.recording_ref], at=clock.now()), cast(view.ref, at=clock.now())
    the_clock.move_to(after(line.started_at, "P7D", view) + DAY)

    run = services.run_disposal(None, actor=SETUP, at=clock.now())

    assert (run.destroyed, run.state) == (0, "clean")
    assert len(left(*NOTES, Call, Leg)) == len(NOTES) + 2
    services.ask_release(held.ref, actor=SETUP, at=clock.now())
    officer = user_actor(people.daiva.ref)
    services.approve_release(held.ref, actor=officer, at=clock.now())
    services.run_disposal(None, actor=SETUP, at=clock.now())
    assert left(*NOTES, Leg) == {}


@pytest.mark.req("D-20")
@pytest.mark.parametrize("note", NOTES[1:])
def test_a_held_note_does_not_go_along_with_the_record_of_its_call(spool, the_clock, note):
    view = controller("smart-metering", toml=lasting("P7D"))
    line = collected(spool, view)
    people = cast(view.ref, at=clock.now())
    held = build.hold([note.objects.get().ref], at=clock.now())
    for day in (after(line.started_at, "P7D", view), Item.objects.get().due_at):
        the_clock.move_to(day)
        run = services.run_disposal(None, actor=SETUP, at=clock.now())
        assert (run.state, left(*NOTES, Leg)) == ("clean", {note.__name__: 1})
    services.ask_release(held.ref, actor=SETUP, at=clock.now())
    services.approve_release(held.ref, actor=user_actor(people.daiva.ref), at=clock.now())
    services.run_disposal(None, actor=SETUP, at=clock.now())
    assert left(*NOTES, Call) == {}


@pytest.mark.req("D-20")
def test_a_hold_on_several_things_takes_only_a_reason_that_keeps_all_of_them(spool, the_clock):
    view = controller("smart-metering", toml=lasting("P7D"))
    line = collected(spool, view)
    both = [line.recording_ref, WrapUp.objects.get().ref]
    with pytest.raises(HoldReasonUnknownError):
        build.hold(both, at=clock.now(), reason="authority")
    build.hold(both, at=clock.now())
    the_clock.move_to(after(line.started_at, "P7D", view))
    services.run_disposal(None, actor=SETUP, at=clock.now())
    assert left(WrapUp, Recording) == {"WrapUp": 1, "Recording": 1}


@pytest.mark.req("D-20")
def test_a_hold_for_a_reason_of_the_recording_alone_does_not_keep_the_notes(spool, the_clock):
    view = controller("smart-metering", toml=lasting("P7D"))
    line = collected(spool, view)
    build.hold([line.recording_ref], at=clock.now(), reason="authority")
    the_clock.move_to(after(line.started_at, "P7D", view))

    services.run_disposal(None, actor=SETUP, at=clock.now())

    assert left(*NOTES, Leg) == {}
    assert vault.has_key(line.recording_ref)


def calls(view, count=1, **of_call):
    policy = policy_in_force(view.ref, at=clock.now())
    new = [a_call(view.ref, policy.policy_id, **of_call) for _each in range(count)]
    return keep_calls(new, actor=SETUP, at=clock.now())


@pytest.mark.req("D-20")
def test_a_call_without_any_recording_can_be_held(house, the_clock):
    view = controller("dermatology-clinic")
    [ref, other] = calls(view, 2)
    assert services.hold_reasons([ref], at=clock.now()) == {"complaint"}
    with pytest.raises(HoldReasonUnknownError):
        build.hold([ref], at=clock.now(), reason="authority")
    build.hold([ref], at=clock.now())
    the_clock.move_to(after(Call.objects.get(ref=ref).started_at, "P6M", view))

    run = build.run(clock.now())

    assert certified(run) == {"call": 1}
    assert (run.state, run.held) == ("clean", 1)
    assert list(Call.objects.values_list("ref", flat=True)) == [ref]
    assert other != ref


@pytest.mark.req("D-07")
def test_a_shorter_revision_reaches_every_row_in_the_next_run_and_a_longer_one_none(
    house, the_clock
):
    view = controller("smart-metering", toml=lasting("P6M"))
    calls(view)
    began = Call.objects.get().started_at
    first = policy_in_force(view.ref, at=clock.now())
    the_clock.advance(40 * DAY)
    revise(view, first, lasting("P1M"))

    run = build.run(clock.now())

    assert certified(run) == {"call": 1}
    assert Disposal.objects.get(activity="call").rule == "cap-now"
    calls(view, started_at=clock.now())
    second = policy_in_force(view.ref, at=clock.now())
    the_clock.advance(2 * DAY)
    revise(view, second, lasting("P5M"))
    [kept] = Call.objects.all()
    the_clock.move_to(after(kept.started_at, "P1M", view) - timedelta(seconds=1))
    assert build.run(clock.now()).destroyed == 0
    the_clock.move_to(after(kept.started_at, "P1M", view))
    assert certified(build.run(clock.now())) == {"call": 1}
    assert began < kept.started_at


def revise(view, before, toml):
    head, line = b"jurisdiction =", f'previous = "{before.policy_id}"\n'.encode()
    controllers.activate_policy(
        view.ref, toml.replace(head, line + head, 1), actor=SETUP, at=clock.now()
    )


@pytest.mark.req("X-21")
def test_rows_that_wait_for_an_event_stay_until_it_comes_and_then_its_time(house, the_clock):
    toml = lasting("P1M", start="contract.ended").replace(
        DETAIL, b"[record.call-detail]\n" + RULE.format("P1M", "contract.ended").encode()
    )
    view = controller("smart-metering", toml=toml)
    [ref] = calls(view)
    the_clock.advance(900 * DAY)
    build.run(clock.now())
    assert Call.objects.count() == 1
    for event in (StartEvent.CASE_CLOSED, StartEvent.CALL_INITIATED):
        with pytest.raises(StartEventUnknownError):
            services.begin_count(
                [ref], event=event, happened_at=clock.now(), actor=SETUP, at=clock.now()
            )
    ended = clock.now()

    services.begin_count(
        [ref], event=StartEvent.CONTRACT_ENDED, happened_at=ended, actor=SETUP, at=ended
    )

    with pytest.raises(StartEventUnknownError):  # an event happens once
        services.begin_count(
            [ref], event=StartEvent.CONTRACT_ENDED, happened_at=ended, actor=SETUP, at=ended
        )
    the_clock.move_to(after(ended, "P1M", view) - timedelta(seconds=1))
    build.run(clock.now())
    assert Call.objects.count() == 1
    the_clock.move_to(after(ended, "P1M", view))
    assert certified(build.run(clock.now()))["call"] == 1
    assert left(Call, Begun) == {}


@pytest.mark.req("X-21")
def test_an_event_before_the_row_began_or_still_to_come_starts_no_count(house, the_clock):
    toml = lasting("P1M", start="contract.ended").replace(
        DETAIL, b"[record.call-detail]\n" + RULE.format("P1M", "contract.ended").encode()
    )
    [ref] = calls(controller("smart-metering", toml=toml))
    the_clock.advance(DAY)
    began = Call.objects.get().started_at
    for wrong in (began - DAY, clock.now() + DAY):
        with pytest.raises(StartEventTimeError):
            services.begin_count(
                [ref],
                event=StartEvent.CONTRACT_ENDED,
                happened_at=wrong,
                actor=SETUP,
                at=clock.now(),
            )
    assert not Begun.objects.exists()


@pytest.mark.req("D-05")
def test_both_counts_agree_on_hours_that_begin_with_the_end_of_the_financial_year(house, the_clock):
    hours = RULE.format("PT36H", "fy.ended")
    toml = lasting("PT36H", start="fy.ended").replace(
        DETAIL, b"[record.call-detail]\n" + hours.encode()
    )
    view = controller("smart-metering", toml=toml)
    calls(view)
    year = build.local(f"{clock.now().year}-12-31T00:00", view.ref)
    the_clock.move_to(year + timedelta(hours=36, seconds=-1))
    early = services.preview_disposal(clock.now())
    assert (early.due, early.counted) == (0, 0)
    the_clock.move_to(year + timedelta(hours=36))
    assert services.preview_disposal(clock.now()).agrees
    assert certified(build.run(clock.now()))["call"] == 1


@pytest.mark.req("D-02")
def test_a_floor_of_the_law_keeps_rows_beyond_their_cap(house, the_clock):
    floor = FLOOR.format("P1Y", "ro-82-1991").encode()
    view = controller("smart-metering", toml=lasting("P13M", more=floor))
    [ref] = calls(view)
    began = Call.objects.get().started_at
    zone = policy_in_force(view.ref, at=clock.now()).zone
    over = calendar.floor_end(began, calendar.parse_period("P1Y"), zone=zone)
    the_clock.move_to(over - timedelta(seconds=1))
    assert build.run(clock.now()).destroyed == 0
    assert rows.must_stay(CALL, [ref], at=clock.now()) == {ref}

    the_clock.move_to(over)

    assert rows.must_stay(CALL, [ref], at=clock.now()) == set()
    assert certified(build.run(clock.now()))["call"] == 1
    assert Disposal.objects.get(activity="call").rule == "law-floor"


def test_trainings_counted_days_and_raw_rows_have_an_end_too(house, the_clock):
    view = controller("smart-metering")
    cast(view.ref, at=clock.now())
    today = clock.now().date()
    CountedDay.objects.create(
        controller_ref=view.ref,
        day=today,
        calls=0,
        recorded=0,
        explained=0,
        alarms=0,
        counted_at=clock.now(),
    )
    calls(view, raw=b"row")
    trainings = Training.objects.filter(controller_ref=view.ref).count()
    assert trainings

    the_clock.advance(4 * 366 * DAY)
    preview = services.preview_disposal(clock.now(), view.ref)
    found = certified(build.run(clock.now(), view.ref))

    assert preview.agrees
    assert {line.kind: line.count for line in preview.lines} == found
    assert found.pop("audit") > 0
    assert found == {"training": trainings, "counted-day": 1, "raw-row": 1, "call": 1}
    assert left(CountedDay, Call, CdrRow) == {}


def test_the_second_count_finds_rows_that_a_run_left(house, the_clock, monkeypatch):
    view = controller("smart-metering")
    calls(view, 3)
    the_clock.move_to(after(Call.objects.first().started_at, "P6M", view))
    monkeypatch.setattr(rows, "due_groups", lambda *_args, **_kwargs: iter(()))

    run = build.run(clock.now())

    assert (run.state, run.overdue_after) == ("red", 3)
    assert not services.preview_disposal(clock.now()).agrees


def test_thousands_of_due_rows_go_with_few_queries_and_one_certificate(house, the_clock):
    view = controller("smart-metering")
    calls(view, 1200)
    the_clock.move_to(after(Call.objects.first().started_at, "P6M", view))

    with CaptureQueriesContext(connection) as queries:
        run = build.run(clock.now())

    assert certified(run) == {"call": 1200}
    assert len(queries) < 300
    assert left(Call, Leg, Number, DestroyedItem) == {}


@pytest.mark.req("K-13")
def test_a_number_stays_while_any_package_mentions_it(house, monkeypatch):
    view = controller("smart-metering")
    [ref] = calls(view, caller=PETRAS)
    numbers = set(Leg.objects.filter(call_id=ref).values_list("number_ref", flat=True))

    class Elsewhere(holdings.Holder):
        name = "elsewhere"

        def mentions(self, numbers):
            return set(numbers)

    before = holdings.holders()
    monkeypatch.setattr("callward.holdings.registry._holders", {h.name: h for h in before[::-1]})
    holdings.register(Elsewhere())
    holder = next(each for each in holdings.holders() if each.name == "recordings")

    holder.destroy([ref], at=clock.now())

    assert left(Call, Leg) == {}
    assert set(Number.objects.values_list("ref", flat=True)) == numbers


def test_every_kind_of_row_has_a_table_its_columns_and_a_package_that_keeps_it():
    held = {kind for holder in holdings.holders() for kind in holder.kinds}
    assert {kind.name for kind in held} | {"audit"} == set(KINDS)
    for kind in KINDS.values():
        if not kind.controller:
            continue
        columns = {each.attname for each in rows.model_of(kind)._meta.concrete_fields}
        wanted = {*kind.starts.values(), kind.controller, *filter(None, [kind.promised])}
        assert wanted <= columns, kind.name
    assert {RAW_ROW, TRAINING} <= held
    assert {str(one) for one in KeptKind} == set(KINDS)  # certificates name it in words
