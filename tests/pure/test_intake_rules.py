"""Who may come in: evidence, lines, directions, bytes and lengths."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from build.intake import LINE, envelope_json, tone
from build.policies import sample
from callward.calls.states import Told
from callward.intake import rules
from callward.intake.audio_probe import Probed, probe
from callward.intake.envelope import parse_envelope
from callward.intake.errors import NotARecordingError
from callward.intake.keyed_digests import call_ids_in, is_safe_name, parse_name
from callward.intake.rules import ConsentClaim, Declared
from callward.intake.states import SENTENCES, QuarantineReason as Reason

START = datetime(2026, 3, 12, 8, 15, 22, tzinfo=UTC)
DECLARED = Declared(
    ref=UUID(int=1),
    system="upload",
    account="*",
    line=LINE,
    directions=frozenset({"in"}),
    begins_at=START - timedelta(days=1),
    ends_at=START + timedelta(days=1),
)
POLICY = sample("therapy-association").recording


def told(basis="unknown", **changes):
    return parse_envelope(envelope_json(consent={"basis": basis}, **changes))


@pytest.mark.req("D-16")
@pytest.mark.parametrize(
    ("declared", "covered"),
    [
        (DECLARED, True),
        (replace(DECLARED, account="console"), True),
        (replace(DECLARED, account="other"), False),
        (replace(DECLARED, system="asterisk"), False),
        (replace(DECLARED, directions=frozenset({"out"})), False),
        (replace(DECLARED, line="+442079460999"), False),
        (replace(DECLARED, begins_at=START + timedelta(seconds=1)), False),
        (replace(DECLARED, begins_at=START), True),
        (replace(DECLARED, ends_at=START), False),
        (replace(DECLARED, ends_at=None), True),
    ],
)
def test_a_declaration_speaks_for_exactly_what_was_signed(declared, covered):
    evidence = rules.evidence_for(told(), [declared])

    expected = ConsentClaim(told=Told.ASSERTED, declaration=declared)
    assert evidence == (expected if covered else Reason.NO_DECLARATION)


def test_what_the_source_itself_shows_needs_no_declaration_and_a_no_stays_a_no():
    assert rules.evidence_for(told("announced"), []) == ConsentClaim(told=Told.ANNOUNCED)
    assert rules.evidence_for(told("none"), [DECLARED]) is Reason.CONSENT_NONE


@pytest.mark.req("M-01")
def test_calls_of_another_line_are_never_kept():
    only = replace(POLICY, numbers=frozenset({"+442079460999"}))
    evidence = ConsentClaim(told=Told.ANNOUNCED)

    assert rules.why_not_recorded(told(), only, evidence) is Reason.NUMBER_NOT_RECORDED
    mine = replace(POLICY, numbers=frozenset({LINE}))
    assert rules.why_not_recorded(told(), mine, evidence) is None


@pytest.mark.req("M-01")
def test_the_signed_line_stands_in_where_the_call_names_none():
    mine = replace(POLICY, numbers=frozenset({LINE}))
    silent = told(did=None, parties=[])
    signed = ConsentClaim(told=Told.ASSERTED, declaration=DECLARED)

    assert rules.why_not_recorded(silent, mine, signed) is None
    unsigned = ConsentClaim(told=Told.ANNOUNCED)
    assert rules.why_not_recorded(silent, mine, unsigned) is Reason.NUMBER_NOT_RECORDED


@pytest.mark.req("S-01")
def test_a_direction_that_is_not_recorded_is_not_kept():
    internal = told(direction="internal")

    found = rules.why_not_recorded(internal, POLICY, ConsentClaim(told=Told.ANNOUNCED))
    assert found is Reason.DIRECTION_NOT_RECORDED


@pytest.mark.parametrize(
    ("seconds", "truncated", "fits"),
    [
        (3.0, False, True),
        (5.0, False, True),
        (5.01, False, False),
        (0.9, False, False),
        (3.0, True, False),
    ],
)
def test_the_length_may_differ_by_the_policys_tolerance(seconds, truncated, fits):
    probed = Probed(kind="mp3", mime="audio/mpeg", seconds=seconds, channels=1, truncated=truncated)

    found = rules.why_not_this_length(told(), probed, POLICY)
    assert found is (None if fits else Reason.LENGTH_DIFFERS)


def test_bytes_must_be_those_that_the_envelope_names():
    named = told(media={"sha256": "00" * 32})

    assert rules.why_not_these_bytes(named, sha256=bytes(32), size=1) is None
    assert rules.why_not_these_bytes(named, sha256=bytes([1]) * 32, size=1) is Reason.DIGEST_DIFFERS
    sized = told(media={"bytes": 2})
    assert rules.why_not_these_bytes(sized, sha256=bytes(32), size=1) is Reason.DIGEST_DIFFERS


def test_the_probe_measures_a_recording_and_sees_a_truncated_one():
    whole = tone(seconds=20)

    assert probe(whole, kind="mp3").seconds == pytest.approx(20, abs=0.3)
    cut = probe(whole[: len(whole) // 2], kind="mp3")
    assert cut.truncated or cut.seconds == pytest.approx(10, abs=0.5)


@pytest.mark.parametrize("audio", [b"", b"x" * 5000, b"RIFF" + bytes(100), b"ID3" + b"\xff" * 200])
@pytest.mark.parametrize("kind", ["mp3", "wav", "ogg", "exe", ""])
def test_what_is_no_recording_is_one_error(audio, kind):
    with pytest.raises(NotARecordingError):
        probe(audio, kind=kind)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("in-101-442079460777-20260312-101522-1.2.mp3", True),
        ("apel ț.mp3", True),
        ("../x.mp3", False),
        ("-rf.mp3", False),
        ("a\x00b.mp3", False),
        ("a\u202eb.mp3", False),
        ("a\\b.mp3", False),
        ("x" * 300 + ".mp3", False),
        ("\udcff.mp3", False),
        ("ț".encode().decode() + "t\u0327.mp3", False),
    ],
)
def test_names_that_no_honest_system_writes_are_known(name, safe):
    assert is_safe_name(name) is safe


def test_a_monitor_name_tells_its_call():
    parts = parse_name("out-12025550143-102-20260311-100144-1773216104.102.mp3")

    assert parts is not None
    assert (parts.prefix, parts.local_time) == ("out", "20260311T100144")
    assert call_ids_in("out-12025550143-102-20260311-100144-1773216104.102.mp3") == (
        "1773216104.102",
    )
    assert call_ids_in("1773216104.102.wav") == ("1773216104.102",)
    assert call_ids_in("holiday.mp3") == ()


def test_every_reason_has_a_sentence():
    assert set(SENTENCES) == set(Reason)
