"""The whole line is killed in a call: what was agreed to is salvaged, of the rest is nothing."""

from __future__ import annotations

import contextlib
import signal
import time
from pathlib import Path

import pytest

from build.line_running import NUMBER, running_line
from build.line_voices import Voice
from build.sip_peers import free_port, sipp
from build.spooling import files_holding, wait_until
from build.tones import AFTER, BEFORE, LEAK_DB, level_db
from callward.line.states import EvidenceKind, Party, RecordingFate
from callward.line.volatile_keys import memory_for

pytestmark = [pytest.mark.crash]


@contextlib.contextmanager
def a_talk(folder):
    """A caller who was told, agreed by key and now talks to Boris; the gate is open."""
    home = free_port()
    with contextlib.ExitStack() as stack:
        line = stack.enter_context(running_line(folder, agents=("boris",), homes={"boris": home}))
        stack.enter_context(sipp("callee_answers", folder=folder, port=home))
        voice = Voice(hertz=BEFORE)
        stack.callback(voice.close)
        control = stack.enter_context(line.control())
        control.listen()
        stack.enter_context(
            sipp(
                "line_caller",
                folder=folder,
                remote=line.port,
                port=line.carrier,
                keys={"voice_port": str(voice.port)},
                service=NUMBER,
            )
        )
        call = wait_for(control, "told")["call"]
        voice.press("1")
        wait_for(control, "call-rings")
        voice.hertz = AFTER
        wait_for(control, "opened")
        yield line, control, voice, call


def wait_for(control, event):
    until = time.monotonic() + 10
    while time.monotonic() < until:
        found = control.event(patience=0.5)
        if found and found["event"] == event:
            return found
    raise AssertionError(event)


def fall(line) -> None:
    """The line is gone at once, and comes back."""
    line.process.send_signal(signal.SIGKILL)
    line.process.wait(5)
    line.process.stderr.close()


def come_back(line) -> None:
    line.start()
    line.control().close()


def spooled_files(line) -> list[Path]:
    spool = line.folder / "spool" / "line"
    places = (spool, memory_for(spool))
    return [path for place in places for path in place.rglob("*") if path.is_file()]


@pytest.mark.req("K-04")
def test_a_call_whose_line_fell_is_salvaged_with_its_ledger_and_without_a_sound_too_much(tmp_path):
    with a_talk(tmp_path) as (line, _control, _voice, call):
        time.sleep(2.2)
        fall(line)
        (ref,) = line.reader().unfinished()
        come_back(line)
        with line.reader().open(ref) as salvaged:
            ledger = salvaged.verified_ledger(call=call)
            audio = b"".join(salvaged.alaw(Party.OUTER))
            assert not salvaged.whole
            assert salvaged.damaged_bytes == 0
        assert ledger.fate is RecordingFate.DEGRADED
        assert ledger.evidence is EvidenceKind.DIGIT
        assert len(audio) > 8000
        assert level_db(audio, AFTER) > -25
        assert level_db(audio, BEFORE) < LEAK_DB
        line.reader().discard(ref)
        wait_until(lambda: [path for path in spooled_files(line) if "jsonl" not in path.name] == [])


@pytest.mark.req("K-05")
def test_a_call_that_was_refused_before_its_line_fell_leaves_no_sound_and_no_key(tmp_path):
    with a_talk(tmp_path) as (line, control, voice, _call):
        time.sleep(1.0)
        spool = line.folder / "spool" / "line"
        (key,) = memory_for(spool).glob("*.key")
        locked = key.read_bytes()
        voice.press("9")
        wait_for(control, "refused")
        fall(line)
        assert [path for path in spooled_files(line) if "jsonl" not in path.name] == []
        assert files_holding(locked, line.folder, Path("/dev/shm")) == []
        come_back(line)
        assert line.reader().unfinished() == line.reader().finished() == []
