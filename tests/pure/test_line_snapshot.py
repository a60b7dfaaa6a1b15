"""What the line knows: written whole, read strictly; hours, envelopes and permits beside it."""

from __future__ import annotations

import json
import stat
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st

from build.line_house import LineHouse
from callward.intake.envelope import parse_envelope
from callward.line.call_envelope import CallFacts, ParticipantFacts, envelope_of
from callward.line.calls.call_routing import Opening, opening_at
from callward.line.errors import SnapshotUnusableError
from callward.line.snapshot import Hours, read_snapshot, write_snapshot
from callward.line.states import EvidenceKind
from callward.policy.vocabulary import Direction

AT = datetime(2026, 3, 30, 6, 0, tzinfo=UTC)  # a Monday, 09:00 in Bucharest
ZONE = ZoneInfo("Europe/Bucharest")
WEEK = tuple(Hours(weekday=day, opens=time(8), closes=time(16, 30)) for day in range(5))


@pytest.fixture
def snapshot(tmp_path, the_clock):
    return LineHouse(tmp_path, the_clock).snapshot


def test_a_snapshot_reads_back_and_is_for_its_owner_alone(tmp_path, snapshot):
    path = tmp_path / "line.json"
    write_snapshot(snapshot, path)
    assert read_snapshot(path) == snapshot
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if each.name.endswith(".part")] == []


def test_secrets_are_not_shown(snapshot):
    assert "secret='" not in repr(snapshot)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "callward.line-snapshot/2"),
        (("more",), 1),
        (("controllers", 0, "policy"), "{}"),  # another policy under the same id
        (("controllers", 0, "dids", 0, "queue"), "nowhere"),
        (("controllers", 0, "queues", 0, "agents"), ["vera"]),
        (("controllers", 0, "agents", 1, "phone"), "phone-ana"),
        (("controllers", 0, "agents", 0, "ref"), "+442079460123"),
        (("controllers", 0, "outbound", "trunk"), "none"),
        (("controllers", 0, "dids", 1, "number"), "+442079460100"),
        (("controllers", 0, "spool_keys", 0, "public"), "ab"),
        (("trunks", 0, "allow"), ["everybody"]),
        (("made_at",), "2026-03-28T00:00:00"),
    ],
)
def test_a_snapshot_that_does_not_hold_together_is_refused(tmp_path, snapshot, path, value):
    content = json.loads(snapshot.model_dump_json(by_alias=True))
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    (tmp_path / "line.json").write_text(json.dumps(content))
    with pytest.raises(SnapshotUnusableError) as refused:
        read_snapshot(tmp_path / "line.json")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff", b"[" * 100_000, b"null"])
def test_a_file_that_is_no_snapshot_is_refused(tmp_path, raw):
    (tmp_path / "line.json").write_bytes(raw)
    with pytest.raises(SnapshotUnusableError):
        read_snapshot(tmp_path / "line.json")


def test_a_prompt_cannot_lie_outside_its_folder(tmp_path, snapshot):
    content = snapshot.model_dump_json(by_alias=True)
    assert '"file":"' in content
    broken = content.replace('"file":"', '"file":"../', 1)
    (tmp_path / "line.json").write_text(broken)
    with pytest.raises(SnapshotUnusableError):
        read_snapshot(tmp_path / "line.json")


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        (AT, Opening.OPEN),
        (AT - timedelta(hours=1), Opening.OPEN),  # 08:00 sharp
        (AT - timedelta(hours=1, seconds=1), Opening.CLOSED),
        (datetime(2026, 3, 30, 13, 30, tzinfo=UTC), Opening.CLOSED),  # 16:30 sharp
        (datetime(2026, 3, 27, 14, 29, tzinfo=UTC), Opening.OPEN),  # winter time still
        (datetime(2026, 3, 29, 7, tzinfo=UTC), Opening.CLOSED),  # a Sunday
        (datetime(2026, 4, 13, 7, tzinfo=UTC), Opening.HOLIDAY),
    ],
)
def test_hours_are_those_of_the_controllers_wall(at, opening):
    holidays = (date(2026, 4, 13),)
    assert opening_at(at, hours=WEEK, holidays=holidays, zone=ZONE) is opening


def test_without_hours_it_is_always_open_and_midnight_ends_a_day():
    assert opening_at(AT, hours=(), holidays=(), zone=ZONE) is Opening.OPEN
    late = (Hours(weekday=0, opens=time(20), closes=time(0)),)
    at = datetime(2026, 3, 30, 20, 59, tzinfo=UTC)
    assert opening_at(at, hours=late, holidays=(), zone=ZONE) is Opening.OPEN
    assert opening_at(at + timedelta(minutes=1), hours=late, holidays=(), zone=ZONE) is (
        Opening.CLOSED
    )


@settings(deadline=None)
@given(
    direction=st.sampled_from([Direction.IN, Direction.OUT]),
    number=st.sampled_from([None, "+442079460555", "anonymous", "0722"]),
    talked=st.booleans(),
    evidence=st.sampled_from([None, *EvidenceKind]),
    redirects=st.lists(st.sampled_from(["+442079460777", "x"]), max_size=30),
    legs=st.integers(0, 80),
)
def test_every_call_fits_through_the_one_door(direction, number, talked, evidence, redirects, legs):
    facts = CallFacts(
        call="0195e1d4-0000-7000-8000-000000000001",
        recording="0195e1d4-0000-7000-8000-000000000002",
        controller="smart-metering",
        direction=direction,
        began=AT,
        outer_number=number,
        did="+442079460100",
        redirects=tuple(redirects),
        queue="main",
        agent="ana" if talked else None,
        answered=AT if talked else None,
        connected=AT if talked else None,
        disposition="answered" if talked else "no-answer",
        legs=[ParticipantFacts(role="agent", began=AT, ended=AT)] * legs,
    )
    ended = AT + timedelta(seconds=90)
    raw = envelope_of(facts, ended=ended, head="ab" * 32, told=True, evidence=evidence)
    envelope = parse_envelope(raw)
    assert envelope.source.system == "line"
    assert envelope.talk_seconds == (90 if talked else 0)
    assert envelope.consent.evidence.startswith("ledger sha256:" + "ab" * 32)
    asked = evidence in {EvidenceKind.DIGIT, EvidenceKind.SPOKEN_AND_CLICKED}
    assert str(envelope.consent.basis) == ("asked" if asked else "announced")
