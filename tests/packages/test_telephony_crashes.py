"""Kill -9 of the worker anywhere while it collects: nothing is lost and nothing is doubled."""

from __future__ import annotations

import json
import shutil
import signal

import pytest

from build.crashing import Steps
from callward.line.volatile_keys import memory_for

HOUSE = Steps("line_crash")
pytestmark = [pytest.mark.crash, pytest.mark.slow]
POINTS = ["intake.writing", "telephony.taken-in", "telephony.kept"]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    top = tmp_path_factory.mktemp("prepared")
    HOUSE.prepared(top)
    yield top
    shutil.rmtree(memory_for(top / "spool" / "line"), ignore_errors=True)


@pytest.fixture
def spool(prepared, tmp_path):
    """Two whole calls, one that a fallen line left, and one that was refused."""
    top = tmp_path / "house"
    shutil.copytree(prepared, top)
    memory = memory_for(top / "spool" / "line")
    shutil.copytree(memory_for(prepared / "spool" / "line"), memory)
    yield top
    shutil.rmtree(memory, ignore_errors=True)


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_worker_loses_no_call_and_doubles_none(spool, point):
    killed = HOUSE.step(spool, "collect", crash_at=point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    recovered = HOUSE.step(spool, "recover")
    assert recovered.returncode == 0, recovered.stderr
    facts = json.loads(recovered.stdout)
    assert (facts["calls"], facts["lines"], facts["waiting"]) == (4, 4, 0)
    assert facts["states"] == ["degraded", "refused", "stored", "stored"]
    assert (facts["digests"], facts["ledgers"]) == (3, 3)
    assert facts["spool"] == []
    assert facts["clean"]
