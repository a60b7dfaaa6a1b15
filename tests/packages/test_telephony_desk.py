"""The desk permits, notes and closes; a complaint is held at once, and nothing shows too early."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from build.accounts import cast
from build.controllers import controller
from build.line_spool import MARA, put_call, spooling, story_of
from callward.accounts.models import Appointment
from callward.audit.selectors import history
from callward.controllers.selectors import policy_in_force
from callward.kernel import clock
from callward.kernel.actors import system_actor
from callward.kernel.numbers import PhoneNumber
from callward.kernel.references import new_ref
from callward.line.media.g711 import SILENCE
from callward.line.states import CallEvent, EvidenceKind
from callward.line.volatile_keys import memory_for
from callward.retention.services import why_still_here
from callward.telephony import errors, selectors, services as telephony
from callward.telephony.models import DialPermit, LineCall, WrapUp
from callward.telephony.states import CallOutcome, GateWord, PresenceState, TelephonyEvent
from callward.telephony.values import OutboundFacts, PhoneFacts, TrunkFacts

pytestmark = pytest.mark.django_db(transaction=True)
SETUP = system_actor("tests")
PETRAS = PhoneNumber(e164="+12025550143")


@pytest.fixture
def desk(tmp_path, settings, monkeypatch):
    monkeypatch.setattr("callward.line.voices.shipped", lambda *_words: SILENCE * 800)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    made = Desk(spooling(tmp_path, settings))
    yield made
    shutil.rmtree(memory_for(made.spool.spool), ignore_errors=True)


class Desk:
    """Ana at extension 101 of a house with a trunk and a line that listens."""

    def __init__(self, spool):
        self.spool, at = spool, clock.now()
        self.view = controller("smart-metering")
        self.policy = policy_in_force(self.view.ref, at=at)
        self.cast = cast(self.view.ref, at=at)
        ana = Appointment.objects.filter(user_id=self.cast.ana.ref)
        ana.update(agent_code="101", agent_code_since=at)
        of_line = {"controller_ref": self.view.ref, "actor": SETUP, "at": at}
        trunk = telephony.save_trunk(
            TrunkFacts(name="Carrier", host="192.0.2.10", port=5060, allow=("192.0.2.10",)),
            **of_line,
        )
        self.phone = telephony.add_phone(PhoneFacts(phone="101"), **of_line)
        telephony.save_outbound(
            OutboundFacts(
                trunk_ref=trunk, shown_number=MARA, ring_seconds=45, voicemail_seconds=None
            ),
            **of_line,
        )

    def who(self, person="ana"):
        user = getattr(self.cast, person)
        return {"user_ref": user.ref, "controller_ref": self.view.ref, "at": clock.now()}

    def dial(self, **changes):
        reason = min(str(one) for one in self.policy.outbound_reasons)
        facts = {"reason": reason, "reference": "C-2026-114", "language": "ro"}
        return telephony.dial(PETRAS, **(facts | changes), **self.who())

    def tell(self, call, event, **facts):
        told = {"call": str(call), "agent": str(self.phone.ref), **facts}
        news = telephony.LineNews(up=True, event=event, facts=told)
        user = self.cast.ana.ref
        telephony.follow(news, self.phone.ref, user_ref=user, at=clock.now())

    def shown(self):
        return selectors.desk_call(self.cast.ana.ref, self.view.ref)

    def close(self, call, **changes):
        facts = {
            "outcome": CallOutcome.SETTLED,
            "purpose": "evaluation",
            "contains_complaint": False,
            "remark": "",
        }
        return telephony.close_call(call, telephony.Closing(**(facts | changes)), **self.who())


@pytest.mark.req("K-03")
def test_a_call_out_needs_a_reason_of_the_policy_and_a_reference(desk):
    with pytest.raises(errors.DialNotPermittedError):
        desk.dial(reason="advertising")
    for reference in ("", "Mara Exemplu", "+442079460777"):
        with pytest.raises(errors.DialWithoutReferenceError):
            desk.dial(reference=reference)
    assert DialPermit.objects.count() == 0
    desk.dial()
    permit = DialPermit.objects.get()
    assert permit.reference == "C-2026-114"
    assert PETRAS.e164.encode() not in bytes(permit.sealed_number)
    assert history(permit.ref)[-1].event == TelephonyEvent.PERMIT_GIVEN


@pytest.mark.req("S-03")
def test_number_and_reference_of_a_call_out_stay_hidden_until_the_answer_is_noted(desk):
    call = desk.dial()
    for event in (CallEvent.RINGS, CallEvent.ANSWERED, CallEvent.TOLD, CallEvent.ASKED):
        desk.tell(call, event, direction="out")
        shown = desk.shown()
        assert (shown.number, shown.reference) == ("", "")
    desk.tell(call, CallEvent.AGREED, direction="out")
    assert (desk.shown().number, desk.shown().reference) == (PETRAS.e164, "C-2026-114")


def test_a_refusal_is_final_whatever_the_line_tells_afterwards(desk):
    call = new_ref()
    for event in (CallEvent.ANSWERED, CallEvent.REFUSED, CallEvent.TOLD, CallEvent.OPENED):
        desk.tell(call, event, direction="in", gate="closed")
    assert desk.shown().gate is GateWord.REFUSED


def test_a_call_that_a_colleague_took_leaves_the_desk(desk):
    call = new_ref()
    desk.tell(call, CallEvent.RINGS, direction="in")
    assert desk.shown().gate is GateWord.RINGING
    desk.tell(call, CallEvent.RINGS_NO_MORE)
    assert desk.shown() is None


def test_after_a_silence_calls_that_the_line_forgot_have_ended(desk):
    call = new_ref()
    desk.tell(call, CallEvent.OPENED, direction="in")
    news = telephony.LineNews(up=True)
    telephony.follow(news, desk.phone.ref, user_ref=desk.cast.ana.ref, at=clock.now())
    assert desk.shown().ended_at is not None
    assert ("presence", desk.phone.ref, False) in desk.spool.line.told


@pytest.mark.req("D-18")
def test_a_complaint_closed_before_the_recording_arrives_is_held_as_it_comes_in(desk):
    put = put_call(
        desk.spool, story_of(desk.view, desk.policy.policy_id, evidence=EvidenceKind.DIGIT)
    )
    desk.tell(put.call, CallEvent.OPENED, direction="in")
    desk.tell(put.call, CallEvent.ENDED)
    case = desk.close(put.call, contains_complaint=True)
    assert ("telephony.collect", ()) in desk.spool.house.queue.handed
    telephony.collect(clock.now())
    row = LineCall.objects.get(ref=put.ref)
    (hold,) = why_still_here(row.recording_ref, clock.now()).holds
    assert (hold.case, hold.reason) == (case, "complaint")
    assert WrapUp.objects.get().hold_ref == hold.ref
    assert desk.shown() is None


@pytest.mark.req("D-18")
def test_a_complaint_about_a_call_that_is_here_already_is_held_at_once(desk):
    put = put_call(
        desk.spool, story_of(desk.view, desk.policy.policy_id, evidence=EvidenceKind.DIGIT)
    )
    desk.tell(put.call, CallEvent.OPENED, direction="in")
    telephony.collect(clock.now())
    desk.close(put.call, contains_complaint=True)
    row = LineCall.objects.get(ref=put.ref)
    assert len(why_still_here(row.recording_ref, clock.now()).holds) == 1


def test_nobody_closes_the_call_of_somebody_else_and_nobody_twice(desk):
    call = new_ref()
    desk.tell(call, CallEvent.OPENED, direction="in")
    with pytest.raises(errors.NoSuchCallError):
        selectors.own_call(call, user_ref=desk.cast.boris.ref, controller_ref=desk.view.ref)
    desk.close(call)
    with pytest.raises(errors.NoSuchCallError):
        desk.close(call)


@pytest.mark.req("K-33")
def test_a_pause_needs_a_reason_that_the_policy_names(desk):
    call = new_ref()
    with pytest.raises(errors.PauseNotPermittedError):
        telephony.pause_recording(call, reason="coffee", **desk.who())
    reason = min(str(one) for one in desk.policy.recording.pause.reasons)
    telephony.pause_recording(call, reason=reason, **desk.who())
    assert ("pause", call, desk.phone.ref, reason) in desk.spool.line.told


def test_presence_is_kept_and_told_to_the_line(desk):
    telephony.say_presence(PresenceState.READY, **desk.who())
    assert selectors.own_phone(**desk.who()).presence is PresenceState.READY
    assert ("presence", desk.phone.ref, True) in desk.spool.line.told
    with pytest.raises(errors.NoPhoneError):
        telephony.say_presence(PresenceState.READY, **desk.who("boris"))


def test_an_unused_permit_forgets_its_number_when_it_is_over(desk, the_clock):
    desk.dial()
    the_clock.advance(timedelta(minutes=3))
    telephony.forget_unused_numbers(the_clock.now())
    assert bytes(DialPermit.objects.get().sealed_number) == b""
