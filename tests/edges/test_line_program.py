"""The program `callward line`: what it loads, how it begins, what it says, how it ends."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time

import pytest

from build.line_running import NUMBER, Running, running_line
from build.sip_peers import free_port, offer, plain, request, sipp


def test_line_loads_no_framework_and_no_second_cryptography():
    asked = "import sys, callward.line.main; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()
    assert "callward" in loaded
    assert not {"django", "dbos", "granian", "ninja", "allauth", "Crypto", "flask"} & set(loaded)


def test_line_waits_for_its_first_snapshot_and_ends_when_told(begun):
    line = begun
    line.start()
    line.hear("waiting for a usable snapshot")
    line.write()
    with line.control() as control:
        status = control.status()
    assert status["calls"] == []
    assert status["sip"] == {
        "legs": 0,
        "calls": 0,
        "transactions": 0,
        "phones": 0,
        "trunks-registered": 0,
    }
    assert line.stop() == 0


def test_line_without_a_data_folder_says_what_to_name(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "callward.line"],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": "/usr/bin", "PYTHONPATH": "src"},
        check=False,
    )
    assert ended.returncode == 2
    assert "CALLWARD_DATA" in ended.stderr


def test_line_whose_port_is_taken_ends_with_one_line(begun):
    with plain() as other:
        line = begun
        line.port = other.port
        line.write()
        line.start()
        assert line.process.wait(30) == 1
        line.stop()
    assert "Traceback" not in line.said
    assert "Address already in use" in line.said


@pytest.fixture
def begun(tmp_path):
    """A line that the test itself begins; nothing of it outlives the test."""
    line = Running(folder=tmp_path, port=free_port(), carrier=free_port(), sample="smart-metering")
    yield line
    if line.process is not None and line.process.poll() is None:
        line.stop(signal.SIGKILL)


@pytest.fixture
def line(tmp_path):
    with running_line(tmp_path) as running:
        yield running


def test_line_that_drains_takes_no_call_lets_the_running_one_end_and_says_nothing_personal(
    line, tmp_path
):
    with sipp("caller_hangs_up", folder=tmp_path, remote=line.port, service=NUMBER) as caller:
        caller.done()
        with line.spooled():
            pass
    with plain() as carrier:
        carrier.send(request("INVITE", carrier, call="runs", to=NUMBER, body=offer()), line.port)
        answered = _final(carrier)
        tag = _tag(answered)
        carrier.send(request("ACK", carrier, call="runs", to=NUMBER, to_tag=tag), line.port)
        line.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        carrier.send(request("INVITE", carrier, call="late", to=NUMBER, body=offer()), line.port)
        refused = _final(carrier)
        assert line.process.poll() is None
        bye = request("BYE", carrier, call="runs", sequence=2, to=NUMBER, to_tag=tag)
        carrier.send(bye, line.port)
        ended = time.monotonic()
        assert line.process.wait(10) == 0
        assert time.monotonic() - ended < 1.9  # not at the deadline but with its last call
    assert (answered[8:11], refused[8:11]) == ("200", "503")
    with line.spooled():
        pass
    said = line.process.stderr.read()
    assert "line closed" in said
    assert not re.search(r"\d{6,}|127\.0|sip:|/tmp|@", said)


def test_call_that_outlasts_the_drain_is_hung_up_and_its_spool_is_finished(line):
    with plain() as carrier:
        carrier.send(request("INVITE", carrier, call="long", to=NUMBER, body=offer()), line.port)
        tag = _tag(_final(carrier))
        carrier.send(request("ACK", carrier, call="long", to=NUMBER, to_tag=tag), line.port)
        assert line.stop() == 0
        while (heard := carrier.hear()) is not None and not heard.startswith("BYE"):
            pass
    assert heard is not None
    with line.spooled():
        pass


def test_new_snapshot_counts_from_the_next_call_on(line):
    line.limits = {"concurrent_calls": 1}
    with line.control() as control, plain() as carrier:
        (line.folder / "line" / "line.json").write_text("{")
        assert control.status()["calls"] == []  # an unusable one changes nothing
        line.write()
        control.reload()
        answers = []
        for number in range(2):
            facts = {"call": f"limit-{number}", "to": NUMBER}
            carrier.send(request("INVITE", carrier, body=offer(), **facts), line.port)
            answers.append(_final(carrier))
            tag = _tag(answers[-1])
            carrier.send(request("ACK", carrier, to_tag=tag, **facts), line.port)
    assert [answer[8:11] for answer in answers] == ["200", "503"]


def _tag(answer):
    return re.search(r"(?im)^To:.*;tag=([^;\r\n]+)", answer)[1]


def _final(carrier):
    while (heard := carrier.hear(seconds=8)) is not None:
        if heard.startswith("SIP/2.0") and not heard.startswith("SIP/2.0 1"):
            return heard
    raise AssertionError("no answer")
