"""A message left by voice, by a caller who knows nothing of us."""

from __future__ import annotations

import time

import pytest

from build.line_running import NUMBER, PROMPT_HERTZ, running_line
from build.line_voices import Voice
from build.sip_peers import sipp
from build.tones import AFTER, BEFORE, LEAK_DB, level_db
from callward.line.states import EvidenceKind, Party, RecordingFate

PROMPT_FRAMES = 20  # each is 0.4 seconds: the greeting, that it is closed, that it is recorded
TONE_HERTZ = 440


@pytest.mark.req("K-01")
def test_a_message_holds_only_what_was_said_after_it_was_announced(tmp_path):
    folder = tmp_path / "line"
    folder.mkdir()
    with running_line(folder, sample="voip-provider", closed=True) as line:
        voice = Voice(hertz=BEFORE)
        keys = {"voice_port": str(voice.port)}
        with sipp(
            "line_caller_hangs_up",
            folder=tmp_path,
            remote=line.port,
            port=line.carrier,
            keys=keys,
            service=NUMBER,
            more=("-d", "3000"),
        ) as caller:
            until = time.monotonic() + 8
            while len(voice.heard) < 3 * PROMPT_FRAMES - 2:
                assert time.monotonic() < until, "nothing was said"
                time.sleep(0.002)
            voice.hertz = AFTER
            caller.done()
        voice.close()
        with line.spooled() as call:
            ledger = call.verified_ledger()
            outer = b"".join(call.alaw(Party.OUTER))
            envelope = call.envelope
    assert (ledger.fate, ledger.evidence) == (RecordingFate.STORED, EvidenceKind.NONE_NEEDED)
    assert level_db(outer, AFTER) > -25
    assert level_db(outer, BEFORE) < LEAK_DB
    assert b'"queue": "voicemail"' in envelope
    heard = voice.loud()
    assert level_db(heard[: 3 * PROMPT_FRAMES * 160], PROMPT_HERTZ) > -25
    assert level_db(heard[3 * PROMPT_FRAMES * 160 :], TONE_HERTZ) > -25
