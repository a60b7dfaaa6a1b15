"""What the line recorded arrives once, whole and with its ledger, whatever fell in between."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from build.accounts import SETUP
from build.controllers import controller
from build.line_spool import MARA, put_call, spooling, story_of
from callward.calls.models import Call
from callward.calls.selectors import call
from callward.calls.states import Told
from callward.controllers.selectors import policy, policy_in_force
from callward.intake.models import Quarantined
from callward.intake.services import recover
from callward.kernel import clock
from callward.kernel.calendar import cap_due
from callward.line.call_ledger import verify
from callward.line.states import EvidenceKind, RecordingFate
from callward.line.volatile_keys import memory_for
from callward.recordings.models import Recording
from callward.recordings.services import verify_recording
from callward.recordings.states import RecordingState
from callward.retention.models import Item
from callward.retention.services import run_disposal
from callward.telephony import services as telephony
from callward.telephony.models import LineCall, RingBack
from callward.telephony.selectors import line_calls
from callward.vault import services as vault

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def spool(tmp_path, settings):
    made = spooling(tmp_path, settings)
    yield made
    shutil.rmtree(memory_for(made.spool), ignore_errors=True)


@pytest.fixture
def therapists():
    view = controller()
    return view, policy_in_force(view.ref, at=clock.now()).policy_id


def collect():
    return telephony.collect(clock.now())


@pytest.mark.req("K-01")
def test_a_recorded_call_arrives_with_both_parties_and_its_ledger_beside_it(spool, therapists):
    put = put_call(spool, story_of(*therapists, seconds=3, redirects=("+442079460999",)))
    assert collect().taken_in == 1

    row = LineCall.objects.get(ref=put.ref)
    recording = Recording.objects.get(ref=row.recording_ref)
    assert (recording.mime, recording.channels, round(recording.seconds)) == ("audio/wav", 2, 3)
    audio = vault.read_range(row.recording_ref, "audio", 0, 1 << 20)
    assert audio[82:][0::2][:100] == b"\x55" * 100  # the caller left, the agent right
    assert audio[82:][1::2][:100] == b"\x2a" * 100
    ledger = vault.open_part(row.recording_ref, "ledger")
    assert ledger.read(0, ledger.plain_size) == put.ledger
    assert verify_recording(row.recording_ref, at=clock.now()) is RecordingState.VERIFIED
    assert spool.names() == []


@pytest.mark.req("C-05")
def test_the_call_record_holds_caller_number_redirects_times_and_what_was_told(spool, therapists):
    put = put_call(
        spool, story_of(*therapists, evidence=EvidenceKind.DIGIT, redirects=("+442079460999",))
    )
    collect()
    row = LineCall.objects.get(ref=put.ref)
    view = call(row.call_ref)
    assert view.row.other_party == MARA
    assert view.told is Told.ASKED
    assert (view.row.queue, view.row.talk_seconds) == ("front", 3)
    (line,) = line_calls(row.call_ref)
    assert line.redirects == ("+442079460999",)
    assert line.evidence == "digit"
    assert MARA.encode() not in b"".join(
        path.read_bytes() for path in spool.house.top.rglob("*") if path.is_file()
    )


def test_collecting_twice_or_after_an_hour_doubles_nothing(spool, therapists, the_clock):
    for _ in range(3):
        put_call(spool, story_of(*therapists))
    the_clock.advance(timedelta(hours=1))
    assert collect().taken_in == 3
    assert not collect().moved
    assert (Call.objects.count(), Recording.objects.count()) == (3, 3)


@pytest.mark.parametrize("point", ["telephony.taken-in", "telephony.kept"])
def test_a_fall_between_two_steps_loses_and_doubles_nothing(spool, therapists, monkeypatch, point):
    put = put_call(spool, story_of(*therapists))
    for room in ("collection.call_writer", "collection.collector"):
        monkeypatch.setattr(f"callward.telephony.{room}.{_where(room)}", _falls_at(point))
    with pytest.raises(KeyboardInterrupt):
        collect()
    assert spool.names() != []
    monkeypatch.undo()

    assert collect().repeated == 1
    assert (Call.objects.count(), Recording.objects.count(), LineCall.objects.count()) == (1, 1, 1)
    assert LineCall.objects.get(ref=put.ref).recording_ref == Recording.objects.get().ref
    assert spool.names() == []
    assert recover(clock.now()) == 0


def _where(room):
    return "vault.crash_point" if room == "collection.call_writer" else "crash_point"


def _falls_at(point):
    def fall(name):
        if name == point:
            raise KeyboardInterrupt

    return fall


@pytest.mark.req("S-03")
def test_a_refused_call_leaves_its_record_and_its_ledger_and_no_byte_of_audio(spool, therapists):
    put = put_call(spool, story_of(*therapists, refused=True, fate=RecordingFate.REFUSED))
    assert collect().without_audio == 1
    row = LineCall.objects.get(ref=put.ref)
    assert Recording.objects.get().state == RecordingState.REFUSED
    assert not vault.has_key(row.recording_ref)
    (line,) = line_calls(row.call_ref)
    assert [word.entry for word in line.words][-2:] == ["refused", "shut"]
    assert list((spool.house.top / "objects").rglob("*.*")) == []


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"blocked": True, "fate": RecordingFate.BLOCKED}, RecordingState.BLOCKED),
        ({"fate": RecordingFate.ABSENT}, RecordingState.ABSENT),
    ],
)
def test_a_call_that_was_to_be_recorded_says_why_it_was_not(spool, therapists, changes, state):
    put_call(spool, story_of(*therapists, **changes))
    collect()
    assert Recording.objects.get().state == state


def test_what_a_fallen_line_left_is_kept_as_incomplete_even_when_it_decodes(spool, therapists):
    put = put_call(spool, story_of(*therapists, finished=False, seconds=2))
    report = collect()
    assert (report.taken_in, report.salvaged) == (1, 1)
    row = LineCall.objects.get(ref=put.ref)
    assert (row.fate, row.fault) == ("degraded", "line-fell")
    assert verify_recording(row.recording_ref, at=clock.now()) is RecordingState.DEGRADED
    assert verify(vault.read_range(row.recording_ref, "ledger", 0, 1 << 20)).fate == "degraded"


def test_a_refusal_before_the_line_fell_is_still_a_refusal(spool, therapists):
    put_call(spool, story_of(*therapists, refused=True, finished=False, fate=RecordingFate.REFUSED))
    collect()
    assert Recording.objects.get().state == RecordingState.REFUSED


TAMPERED = {
    "a line is taken out": lambda raw: (
        b"".join(raw.splitlines(keepends=True)[:1]) + b"".join(raw.splitlines(keepends=True)[2:])
    ),
    "an answer is changed": lambda raw: raw.replace(b'"by":"1"', b'"by":"2"'),
    "the end is written anew": lambda raw: b"".join(raw.splitlines(keepends=True)[:-1]),
    "it is not a ledger": lambda _raw: b"nothing\n",
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_recording_whose_ledger_was_touched_waits_in_quarantine(spool, therapists, how):
    put = put_call(spool, story_of(*therapists), tamper=TAMPERED[how])
    assert collect().quarantined == 1
    waits = Quarantined.objects.get()
    assert waits.reason == "ledger-broken"
    row = LineCall.objects.get(ref=put.ref)
    assert row.fault.startswith("ledger-")
    assert (row.recording_ref, row.quarantined_ref) == (None, waits.ref)
    assert Recording.objects.count() == 0
    assert not collect().moved


def test_a_missed_call_waits_to_be_rung_back_and_goes_with_its_record(spool, therapists, the_clock):
    put_call(spool, story_of(*therapists, answered=False, fate=RecordingFate.ABSENT))
    collect()
    assert Recording.objects.count() == 0
    (waits,) = RingBack.objects.all()
    assert waits.kind == "missed"
    view, policy_id = therapists
    rule = policy(policy_id).rules["record.call-detail.retain"]
    due = cap_due(LineCall.objects.get().started_at, rule.period, zone=policy(policy_id).zone)
    the_clock.move_to(due - timedelta(seconds=1))
    assert run_disposal(view.ref, actor=SETUP, at=the_clock.now()).destroyed == 0
    the_clock.move_to(due)
    assert run_disposal(view.ref, actor=SETUP, at=the_clock.now()).destroyed == 3
    assert (Call.objects.count(), RingBack.objects.count()) == (0, 0)


def test_a_spool_whose_key_went_with_the_power_is_let_go_and_counted(spool, therapists):
    put = put_call(spool, story_of(*therapists, finished=False))
    for path in memory_for(spool.spool).iterdir():
        path.unlink()
    assert collect().lost == 1
    assert spool.names() == []
    assert not LineCall.objects.filter(ref=put.ref).exists()


def test_one_call_that_nobody_can_read_holds_up_no_other(spool, therapists, monkeypatch):
    poisoned, sound = put_call(spool, story_of(*therapists)), put_call(spool, story_of(*therapists))
    real = telephony.collect.__globals__["arriving"]

    def poison(ref, spooled):
        if ref == poisoned.ref:
            raise RuntimeError
        return real(ref, spooled)

    monkeypatch.setattr("callward.telephony.collection.collector.arriving", poison)
    report = collect()
    assert (report.taken_in, report.waiting) == (1, 1)
    assert LineCall.objects.get().ref == sound.ref
    monkeypatch.undo()
    assert collect().taken_in == 1


def test_a_message_left_by_voice_is_kept_by_its_own_rule(spool):
    view = controller("voip-provider")
    policy = policy_in_force(view.ref, at=clock.now())
    put = put_call(spool, story_of(view, policy.policy_id, prompt="voicemail"))
    assert collect().taken_in == 1
    row = LineCall.objects.get(ref=put.ref)
    item = Item.objects.get(ref=row.recording_ref)
    period = policy.rules["activity.voicemail.retain"].period
    promised = cap_due(item.called_at, period, zone=policy.zone)
    assert (item.activity, item.due_at) == ("voicemail", promised)
    assert vault.has_key(row.recording_ref)
    assert not collect().moved
