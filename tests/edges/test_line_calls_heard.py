"""Real calls, until they are recorded or not: who hears what, and in which order.

sipp and baresip do the SIP. The caller says 500 Hz before the answer that allows the recording and
1000 Hz afterwards; every prompt is 700 Hz. What is in the spool is searched for the first.
"""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime

import pytest

from build.line_running import NUMBER, OFFICER, PROMPT_HERTZ, running_line
from build.line_voices import Voice
from build.sip_baresip import baresip
from build.sip_peers import free_port, sipp
from build.tones import AFTER, BEFORE, LEAK_DB, level_db
from callward.line.dial_permits import Permit
from callward.line.states import Entry, EvidenceKind, Party, RecordingFate

CALLEE = "+442079460777"


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    with running_line(tmp_path_factory.mktemp("line")) as running:
        yield running


@pytest.fixture(scope="module")
def phone(line, tmp_path_factory):
    with baresip(tmp_path_factory.mktemp("phone"), line.port) as running:
        yield running


class Watch:
    """What the line tells while a call runs, in its order."""

    def __init__(self, control):
        self.control, self.seen = control, []

    def wait(self, event, *, seconds=12, **facts):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = self.control.event(patience=0.5)
            if found is None:
                continue
            self.seen.append(found["event"])
            if found["event"] == event and facts.items() <= found.items():
                return found
        raise AssertionError(f"no {event} {facts} after {self.seen}")


@pytest.fixture
def watch(line, phone):
    with line.control() as control:
        until = time.monotonic() + 10
        while not any(each["reached"] for each in control.status()["agents"]):
            assert time.monotonic() < until, "the phone did not register"
            time.sleep(0.05)
        control.listen()
        yield Watch(control)


@contextlib.contextmanager
def mara_calls(line, folder, *, scenario="line_caller", number=NUMBER, more=()):
    """A caller with sipp's signalling and a voice of her own."""
    voice = Voice(hertz=BEFORE)
    facts = {"keys": {"voice_port": str(voice.port)}, "service": number, "more": more}
    try:
        with sipp(scenario, folder=folder, remote=line.port, port=free_port(), **facts) as caller:
            yield voice
            caller.done()
    finally:
        voice.close()


def taken(line):
    """What the worker finds of the one call."""
    with line.spooled() as call:
        ledger = call.verified_ledger()
        parties = Party if call.has_audio else ()
        return ledger, {party: b"".join(call.alaw(party)) for party in parties}


@pytest.mark.req("S-02")
def test_caller_hears_the_announcement_and_agrees_before_any_phone_rings(
    line, phone, watch, tmp_path
):
    with mara_calls(line, tmp_path) as mara:
        call = watch.wait("call-begun")["call"]
        watch.wait("asked")
        told = mara.loud()
        assert "call-rings" not in watch.seen
        mara.press("1")
        watch.wait("call-rings", agent="ana")
        phone.wait("CALL_INCOMING")
        phone.do("accept")
        watch.wait("opened")
        mara.hertz = AFTER
        time.sleep(0.8)
        watch.control.hang_up(call, "ana")
    ledger, channels = taken(line)
    order = [entry.entry for entry in ledger.lines]
    ended, opened = order.index(Entry.ANNOUNCEMENT_ENDED), order.index(Entry.OPENED)
    assert level_db(told, PROMPT_HERTZ) > -25
    assert ended < order.index(Entry.AGREED) < opened
    assert (ledger.fate, ledger.evidence) == (RecordingFate.STORED, EvidenceKind.DIGIT)
    assert level_db(channels[Party.OUTER], BEFORE) < LEAK_DB
    assert level_db(channels[Party.OUTER], AFTER) > -25
    assert level_db(channels[Party.AGENT], 1000) > -25  # what baresip says
    assert level_db(channels[Party.OUTER], PROMPT_HERTZ) < LEAK_DB  # our own words are not hers


@pytest.mark.req("K-05")
@pytest.mark.parametrize("moment", ["while-told", "when-asked", "while-it-rings"])
def test_refusal_by_key_at_any_moment_before_leaves_nothing_and_the_call_goes_on(
    line, phone, watch, tmp_path, moment
):
    with mara_calls(line, tmp_path) as mara:
        call = watch.wait("call-begun")["call"]
        if moment == "while-told":
            while not mara.heard:
                time.sleep(0.01)
        else:
            watch.wait("asked")
        if moment == "while-it-rings":
            mara.press("1")
            watch.wait("call-rings")
        mara.press("9")
        watch.wait("refused")
        if "call-rings" not in watch.seen or moment != "while-it-rings":
            watch.wait("call-rings")
        phone.wait("CALL_INCOMING")
        phone.do("accept")
        watch.wait("call-answered")
        time.sleep(0.4)
        watch.control.hang_up(call, "ana")
    ledger, channels = taken(line)
    assert (ledger.fate, channels) == (RecordingFate.REFUSED, {})
    assert Entry.OPENED not in {entry.entry for entry in ledger.lines}


def test_caller_who_hangs_up_while_told_leaves_no_sound_and_a_closed_ledger(line, watch, tmp_path):
    more = ("-d", "200")
    with mara_calls(line, tmp_path, scenario="line_caller_hangs_up", more=more):
        watch.wait("call-ended")
    ledger, channels = taken(line)
    assert channels == {}
    assert ledger.lines[-1].entry is Entry.SHUT
    begun = [entry for entry in ledger.lines if entry.entry is Entry.ANNOUNCEMENT_ENDED]
    assert all(not dict(entry.facts)["complete"] for entry in begun)


@pytest.mark.req("S-20")
def test_call_for_the_protection_officer_is_never_recorded(line, phone, watch, tmp_path):
    with mara_calls(line, tmp_path, number=OFFICER) as mara:
        call = watch.wait("call-begun")["call"]
        watch.wait("call-rings")
        phone.wait("CALL_INCOMING")
        phone.do("accept")
        watch.wait("call-answered")
        mara.press("1")
        time.sleep(0.4)
        watch.control.hang_up(call, "ana")
    ledger, channels = taken(line)
    assert channels == {}
    assert ledger.fate is RecordingFate.ABSENT


def test_number_that_nobody_has_is_not_answered(line, tmp_path):
    with sipp(
        "caller_meets_nobody", folder=tmp_path, remote=line.port, service="+442079460199"
    ) as caller:
        caller.done()


def permit(line, name, **changes):
    facts = {
        "permit": name,
        "controller": line.compiled.controller,
        "agent": "ana",
        "number": CALLEE,
        "reason": "complaint",
        "reference": "case-7",
        "expires_at": datetime(2090, 1, 1, tzinfo=UTC),
    }
    return Permit(**(facts | changes))


@contextlib.contextmanager
def petras_answers(line, folder, scenario="line_callee"):
    voice = Voice(hertz=BEFORE)
    keys = {"voice_port": str(voice.port)}
    try:
        with sipp(scenario, folder=folder, port=line.carrier, keys=keys) as callee:
            yield voice
            callee.done()
    finally:
        voice.close()


@pytest.mark.req("S-03")
def test_called_person_who_says_no_is_not_recorded(line, phone, watch, tmp_path):
    with petras_answers(line, tmp_path) as petras:
        call = watch.control.dial(permit(line, "says-no"))
        phone.wait("CALL_INCOMING")
        phone.do("accept")
        watch.wait("asked")
        petras.press("9")
        watch.wait("refused")
        petras.hertz = AFTER
        time.sleep(0.4)
        watch.control.hang_up(call, "ana")
    ledger, channels = taken(line)
    assert (ledger.fate, channels) == (RecordingFate.REFUSED, {})
    assert level_db(petras.loud(), PROMPT_HERTZ) > -25


@pytest.mark.parametrize("scenario", ["callee_busy", "callee_rejects", "callee_unknown"])
def test_called_person_who_cannot_be_reached_leaves_a_call_record_and_no_sound(
    line, phone, watch, tmp_path, scenario
):
    with petras_answers(line, tmp_path, scenario):
        watch.control.dial(permit(line, scenario))
        phone.wait("CALL_INCOMING")
        phone.do("accept")
        watch.wait("call-ended")
    ledger, channels = taken(line)
    assert channels == {}
    assert ledger.lines[-1].entry is Entry.SHUT
