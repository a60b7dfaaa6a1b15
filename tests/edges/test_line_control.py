"""The control channel: for its owner alone, strict, and never a burden for the calls."""

from __future__ import annotations

import json
import socket
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callward.line.control import ControlServer
from callward.line.control_client import LineControl
from callward.line.control_messages import Dial, Status
from callward.line.dial_permits import Permit
from callward.line.errors import (
    ControlMessageError,
    LineUnreachableError,
    NotNowError,
    PermitRefusedError,
)
from callward.line.states import CallEvent

SOURCE = Path(__file__).resolve().parents[2] / "src"


class Loop:
    """Timers whose loop is whoever asks."""

    def soon(self, call):
        threading.Thread(target=call, daemon=True).start()

    def after(self, seconds, call):
        raise NotImplementedError


class House:
    """A server that remembers what it was told to do."""

    def __init__(self, folder):
        self.path = folder / "control.sock"
        self.asked = []
        self.refuses = None
        self.server = ControlServer(self.path, timers=Loop(), obey=self.obey)
        self.server.start()

    def obey(self, request):
        self.asked.append(request.order)
        if self.refuses:
            raise self.refuses
        return {"call": "c-1", "calls": []}


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    yield house
    house.server.close()


@pytest.fixture
def line(house):
    with LineControl(house.path) as line:
        yield line


def permit():
    return Permit(
        permit="p-1",
        controller="web-shop",
        agent="ana",
        number="+442079460123",
        reason="order",
        reference="order-7",
        expires_at=datetime(2026, 3, 29, 1, tzinfo=UTC),
    )


def test_the_socket_is_for_its_owner_alone(house):
    mode = house.path.stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.req("K-03")
def test_a_dial_arrives_whole_and_is_answered_with_its_call(house, line):
    assert line.dial(permit()) == "c-1"
    assert house.asked == [Dial(permit=permit())]


def test_what_the_line_refuses_comes_back_by_its_name(house, line):
    house.refuses = PermitRefusedError(why="used-already")
    with pytest.raises(PermitRefusedError) as refused:
        line.dial(permit())
    assert refused.value.facts == {"why": "used-already"}
    house.refuses = NotNowError(why="stage-telling")
    with pytest.raises(NotNowError):
        line.click("c-1", "ana", "agreed")


def test_who_listens_hears_every_event_and_who_does_not_hears_none(house, line):
    with LineControl(house.path) as deaf:
        deaf.status()
        line.listen()
        for event in (CallEvent.BEGUN, CallEvent.TOLD):
            house.server.tell(event, {"call": "c-1"})
        first, second = line.event(patience=2), line.event(patience=2)
        assert (first["event"], second["event"]) == ("call-begun", "told")
        assert deaf.event(patience=0.1) is None


def test_events_that_come_between_a_question_and_its_answer_are_not_lost(house, line):
    line.listen()
    house.server.tell(CallEvent.TOLD, {"call": "c-1"})
    line.status()
    assert line.event(patience=2)["event"] == "told"


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense",
        b"{}",
        b'{"schema":"callward.line/2","id":1,"order":{"do":"status"}}',
        b'{"schema":"callward.line/1","id":1,"order":{"do":"format-disk"}}',
        b'{"schema":"callward.line/1","id":1,"order":{"do":"stop","call":"c","agent":"+4420"}}',
        b'{"schema":"callward.line/1","id":1,"order":{"do":"status","more":1}}',
    ],
)
def test_a_line_that_is_not_understood_is_refused_and_does_nothing(house, raw):
    with socket.socket(socket.AF_UNIX) as raw_socket:
        raw_socket.connect(str(house.path))
        raw_socket.settimeout(5)
        raw_socket.sendall(raw + b"\n")
        answer = json.loads(raw_socket.makefile().readline())
    assert answer["error"] == ControlMessageError.code
    assert house.asked == []


def test_an_endless_line_is_cut_off_and_others_go_on(house, line):
    with socket.socket(socket.AF_UNIX) as endless:
        endless.connect(str(house.path))
        endless.settimeout(5)
        try:
            endless.sendall(b"x" * 200_000)
            assert endless.recv(10) == b""
        except (BrokenPipeError, ConnectionResetError):
            pass
    assert line.status()["ok"] is True


def test_who_does_not_read_is_let_go_and_others_go_on(house, line):
    with socket.socket(socket.AF_UNIX) as sleeper:
        sleeper.connect(str(house.path))
        sleeper.sendall(b'{"schema":"callward.line/1","id":1,"order":{"do":"listen"}}\n')
        line.status()
        for _ in range(3000):
            house.server.tell(CallEvent.TOLD, {"call": "c" * 400})
        assert line.status()["ok"] is True
        assert len(house.server._clients) == 1


def test_a_line_that_is_not_there_is_named(tmp_path):
    with pytest.raises(LineUnreachableError):
        LineControl(tmp_path / "none.sock")


def test_a_line_that_goes_away_is_named(house, line):
    line.status()
    house.server.close()
    with pytest.raises(LineUnreachableError):
        line.ask(Status())


def test_the_client_brings_neither_sip_nor_a_framework():
    code = (
        "import sys, callward.line.control_client; "
        "print(sorted({'sippy', 'django', 'av', 'select'} & set(sys.modules)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(SOURCE)},
    )
    assert said.stdout.strip() in {"[]", "['select']"}
