"""Real calls, while they run: paused, stopped, refused, held, passed on and hung up.

sipp and baresip do the SIP; the caller says 1000 Hz while it may be recorded and another tone
whenever it may not, and the recording is searched for the tones that must not be in it.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from build.line_running import NUMBER, running_line
from build.line_voices import Voice
from build.sip_baresip import baresip
from build.sip_peers import free_port, sipp
from build.tones import AFTER, BEFORE, LEAK_DB, level_db
from callward.line.dial_permits import Permit
from callward.line.media.g711 import RATE, SILENCE
from callward.line.states import Entry, EvidenceKind, Party, RecordingFate
from callward.line.volatile_keys import memory_for

if TYPE_CHECKING:
    from callward.line.control_client import LineControl

PRIVATE = 2000  # what is said while nothing may be recorded
AGENT = 1000  # what baresip says


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    folder = tmp_path_factory.mktemp("line")
    with running_line(folder, agents=("ana", "boris"), homes={"boris": free_port()}) as running:
        yield running


@pytest.fixture(scope="module")
def phone(line, tmp_path_factory):
    with baresip(tmp_path_factory.mktemp("phone"), line.port) as running:
        with line.control() as control:
            until = time.monotonic() + 10
            while not reached(control, "ana"):
                assert time.monotonic() < until, "the phone did not register"
                time.sleep(0.05)
        yield running


def reached(control, name):
    agents = control.status()["agents"]
    return any(each["agent"] == name and each["reached"] for each in agents)


@dataclass
class OfferAnswer:
    """One call under way, seen by the house side."""

    line: object
    phone: object
    control: LineControl
    voice: Voice
    ref: str = ""

    def wait(self, event, **facts):
        until = time.monotonic() + 10
        seen = []
        while time.monotonic() < until:
            found = self.control.event(patience=0.5)
            if found is None:
                continue
            seen.append(found["event"])
            if found["event"] == event and facts.items() <= found.items():
                return found
        raise AssertionError(f"no {event} {facts} after {seen}")

    def opened(self):
        """Told, asked, answered by key, rung through and recorded."""
        self.ref = self.wait("call-begun")["call"]
        self.wait("told")
        self.voice.press("1")
        self.wait("call-rings", agent="ana")
        self.voice.hertz = AFTER  # 500 Hz were told, asked and answered with, and waited with
        self.accept()
        self.wait("opened")

    def accept(self):
        """Ana picks up; a phone that only just rings may miss the first word."""
        for _ in range(40):
            self.phone.do("accept")
            found = self.control.event(patience=0.1)
            if found and found["event"] in {"call-answered", "told"}:
                return
        raise AssertionError("nobody picked up")

    def end(self):
        self.control.hang_up(self.ref, "ana")
        return self.wait("call-ended")


@pytest.fixture
def control(line):
    with line.control() as found:
        found.listen()
        found.presence("boris", "away")
        for ref in line.reader().finished():  # what a test that failed left behind
            line.reader().discard(ref)
        yield found


@contextlib.contextmanager
def talk(line, phone, control, folder, *, scenario="line_caller", more=()):
    voice = Voice(hertz=BEFORE)
    keys = {"voice_port": str(voice.port)}
    with sipp(
        scenario,
        folder=folder,
        remote=line.port,
        port=line.carrier,
        keys=keys,
        service=NUMBER,
        more=more,
    ) as caller:
        talking = OfferAnswer(line, phone, control, voice)
        try:
            talking.opened()
            yield talking
            caller.done()
        finally:
            for call in control.status()["calls"]:  # only after a failure
                control.hang_up(call["call"], call["agent"] or "")
            voice.close()


def recorded(line):
    """What the worker finds: ledger, length and the channels."""
    with line.spooled() as call:
        ledger = call.verified_ledger()
        channels = {party: b"".join(call.alaw(party)) for party in Party} if call.has_audio else {}
        return ledger, channels, call.gaps


def clean(channels):
    outer = channels[Party.OUTER]
    assert level_db(outer, AFTER) > -25
    assert level_db(outer, BEFORE) < LEAK_DB
    assert level_db(outer, PRIVATE) < LEAK_DB
    return outer


@pytest.mark.req("K-33")
def test_what_is_said_in_a_pause_is_not_in_the_recording(line, phone, control, tmp_path):
    with talk(line, phone, control, tmp_path) as talking:
        time.sleep(0.5)
        control.pause(talking.ref, "ana", "card-payment")
        talking.voice.hertz = PRIVATE
        time.sleep(0.6)
        talking.voice.hertz = AFTER
        control.resume(talking.ref, "ana")
        talking.wait("resumed")
        time.sleep(0.5)
        talking.end()
    ledger, channels, (gap,) = recorded(line)
    outer = clean(channels)
    assert ledger.fate is RecordingFate.STORED
    assert gap.label == "card-payment"
    for channel in (outer, channels[Party.AGENT]):
        assert set(channel[gap.began + 400 : gap.ended]) <= set(SILENCE)
    assert 0.6 < (gap.ended - gap.began) / RATE < 1.5


@pytest.mark.req("K-05")
def test_a_key_stops_the_recording_at_once(line, phone, control, tmp_path):
    with talk(line, phone, control, tmp_path) as talking:
        began = time.monotonic()
        time.sleep(0.5)
        talking.voice.press("8")
        talking.wait("stopped")
        spent = time.monotonic() - began
        talking.voice.hertz = PRIVATE
        time.sleep(0.5)
        talking.end()
    ledger, channels, _ = recorded(line)
    assert len(clean(channels)) / RATE < spent + 0.2
    assert ledger.fate is RecordingFate.STORED


@pytest.mark.req("K-05")
def test_the_recording_ends_within_a_second_of_hanging_up(line, phone, control, tmp_path):
    more = ("-d", "4500")
    with talk(
        line, phone, control, tmp_path, scenario="line_caller_hangs_up", more=more
    ) as talking:
        began = time.monotonic()
        talking.wait("call-ended", fate="stored")
        spent = time.monotonic() - began
    _, channels, _ = recorded(line)
    assert len(clean(channels)) / RATE < spent + 0.2


def kept_of_recordings(line):
    """Every file of a recording, and every key in memory, of the calls of this line."""
    spool = line.folder / "spool" / "line"
    tops = (spool, memory_for(spool))
    files = [path for top in tops for path in top.rglob("*") if path.is_file()]
    return [path for path in files if not path.name.startswith("journal-")]


@pytest.mark.req("K-05")
@pytest.mark.parametrize("by", ["key", "click"])
def test_a_refusal_after_capture_leaves_no_sound_and_no_key(line, phone, control, tmp_path, by):
    with talk(line, phone, control, tmp_path) as talking:
        time.sleep(0.4)
        assert len(kept_of_recordings(line)) == 2  # the sealed sound, and its key in memory
        if by == "key":
            talking.voice.press("9")
        else:
            control.click(talking.ref, "ana", "refused")
        talking.wait("refused")
        assert kept_of_recordings(line) == []
        time.sleep(0.3)
        talking.end()
    ledger, channels, _ = recorded(line)
    assert (ledger.fate, channels) == (RecordingFate.REFUSED, {})


def test_nothing_is_recorded_while_the_phone_holds(line, phone, control, tmp_path):
    with talk(line, phone, control, tmp_path) as talking:
        time.sleep(0.3)
        phone.do("hold")
        talking.wait("held", why="begins")
        talking.voice.hertz = PRIVATE
        time.sleep(0.5)
        talking.voice.hertz = AFTER
        phone.do("resume")
        talking.wait("held", why="ends")
        time.sleep(0.4)
        talking.end()
    _, channels, (gap,) = recorded(line)
    clean(channels)
    assert gap.label == "hold-agent"


def hears(colleague):
    until = time.monotonic() + 8
    while not colleague.heard:
        assert time.monotonic() < until, "nothing to hear"
        time.sleep(0.005)


@pytest.mark.req("K-01")
@pytest.mark.parametrize("how", ["order", "refer", "after asking"])
def test_who_takes_the_call_over_is_told_first(line, phone, control, tmp_path, how):
    colleague = Voice(hertz=1500)
    keys = {"voice_port": str(colleague.port)}
    home = line.homes["boris"]
    with (
        sipp("line_callee", folder=tmp_path, port=home, keys=keys),
        talk(line, phone, control, tmp_path) as talking,
    ):
        time.sleep(0.3)
        control.presence("boris", "ready")
        if how == "order":
            control.transfer(talking.ref, "ana", to="boris")
        elif how == "refer":
            phone.do("transfer", "sip:boris@127.0.0.1")
        else:
            control.consult(talking.ref, "ana", to="boris")
        talking.wait("paused", why="transfer")
        talking.voice.hertz = PRIVATE
        if how == "after asking":
            hears(colleague)  # Ana, who explains
            time.sleep(0.3)
            assert level_db(colleague.loud(), AGENT) > -30
            control.complete(talking.ref, "ana")
            time.sleep(0.05)
            colleague.heard.clear()
        hears(colleague)  # being told has begun, and takes 0.4 seconds
        talking.voice.hertz = AFTER
        talking.wait("resumed", why="transfer")
        time.sleep(0.5)
        control.hang_up(talking.ref, "boris")
    colleague.close()
    ledger, channels, (gap,) = recorded(line)
    clean(channels)
    first = colleague.loud()[: int(0.25 * RATE)]
    assert level_db(first, 700) > -25  # what is told
    assert level_db(first, AFTER) < -45  # and nothing of the caller before it
    assert level_db(colleague.loud(), PRIVATE) < LEAK_DB
    assert level_db(channels[Party.AGENT][gap.ended :], 1500) > -25
    (moved,) = [entry for entry in ledger.lines if entry.entry is Entry.TRANSFERRED]
    assert dict(moved.facts) == {"to": "boris", "told": True}


@pytest.mark.req("S-03")
def test_an_outbound_call_is_recorded_after_the_click_and_not_before(
    line, phone, control, tmp_path
):
    voice = Voice(hertz=BEFORE)
    keys = {"voice_port": str(voice.port)}
    with sipp("line_callee", folder=tmp_path, port=line.carrier, keys=keys) as callee:
        talking = OfferAnswer(line, phone, control, voice)
        permit = Permit(
            permit="p-1",
            controller=line.compiled.controller,
            agent="ana",
            number="+442079460777",
            reason="complaint",
            reference="case-7",
            expires_at=datetime(2090, 1, 1, tzinfo=UTC),
        )
        talking.ref = control.dial(permit)
        talking.wait("call-rings", agent="ana")
        talking.accept()
        talking.wait("asked")
        time.sleep(0.3)
        voice.hertz = AFTER
        control.click(talking.ref, "ana", "agreed")
        talking.wait("opened")
        time.sleep(0.6)
        talking.end()
        callee.done()
    voice.close()
    ledger, channels, _ = recorded(line)
    clean(channels)
    assert ledger.evidence is EvidenceKind.SPOKEN_AND_CLICKED
