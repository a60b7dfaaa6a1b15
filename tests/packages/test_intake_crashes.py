"""Kill -9 anywhere in an intake: nothing is lost, nothing is doubled, nothing lies in clear."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal

import pytest

from build.crashing import Steps
from build.engines import holding
from build.intake import MARA, cdr_row, put, tone
from build.vault import ROOT_KEY

HOUSE = Steps("intake_crash")
pytestmark = [pytest.mark.crash, pytest.mark.slow]
POINTS = [
    "vault.sealed",
    "vault.settled",
    "vault.wrapped",
    "intake.sealed",
    "intake.writing",
    "intake.written",
    "intake.deleted",
    "intake.quarantine-sealed",
    "intake.quarantine-written",
]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    top = tmp_path_factory.mktemp("prepared")
    HOUSE.prepared(top)
    return top


@pytest.fixture
def export(prepared, tmp_path):
    """Three recordings with their call records, and one that nobody can decode."""
    top = tmp_path / "house"
    shutil.copytree(prepared, top)
    voices = [tone(hertz=300 + number) for number in range(3)]
    for number, voice in enumerate(voices):
        put(top / "inbox", f"in-101-{MARA}-20260312-101522-1773303322.{number}.mp3", voice)
    rows = [cdr_row(f"1773303322.{number}", seconds=3) for number in range(3)]
    broken = b"nothing that can be played" * 100
    put(top / "inbox", "1773303399.9.mp3", broken)
    rows.append(cdr_row("1773303399.9", seconds=3))
    put(top / "inbox", "Master.csv", "\n".join(rows).encode())
    return top, voices, broken


def in_clear(top, needles):
    """The files outside the inbox that hold any of these bytes."""
    return [path for path in holding(top, needles) if top / "inbox" not in path.parents]


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_loses_nothing_doubles_nothing_and_leaves_nothing_in_clear(export, point):
    top, voices, broken = export
    secrets = [voice[300:364] for voice in voices] + [broken[:64], ROOT_KEY]
    secrets += [MARA.encode(), MARA[1:].encode(), b"Mara Exemplu"]

    killed = HOUSE.step(top, "look", crash_at=point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert in_clear(top, secrets) == []

    recovered = HOUSE.step(top, "recover")
    assert recovered.returncode == 0, recovered.stderr
    facts = json.loads(recovered.stdout)
    assert facts["digests"] == sorted(hashlib.sha256(voice).hexdigest() for voice in voices)
    assert facts["sizes"] == sorted(map(len, voices))
    assert (facts["quarantined"], facts["items"]) == (1, 4)
    assert facts["states"] == ["settled"]
    assert facts["reconciled"]
    assert facts["audited"]
    assert list((top / "inbox").iterdir()) == []
    assert in_clear(top, secrets + [bytes.fromhex(key) for key in facts["keys"]]) == []

    again = json.loads(HOUSE.step(top, "recover").stdout)
    assert again["digests"] == facts["digests"]
    assert again["report"] == {**again["report"], "taken_in": 0, "finished": 0, "waiting": 0}
