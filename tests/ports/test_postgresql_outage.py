"""A database server that is away, refuses or is empty stops a start in one line, and pages wait."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from build.ops import CLONE, callward, environment
from callward.deployment import FILE
from callward.ops.demo.database_server import DatabaseServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LANGUAGES = {
    "en": "does not answer",
    "ro": "nu răspunde",
    "bg": "не отговаря",
    "lt": "neatsako",
}
SOON = 120.0  # seconds in which a house is there again
COMMANDS = (["staff", "list"], ["up"], ["web"], ["worker"], ["init"], ["audit", "verify"])


@pytest.fixture(scope="module")
def server() -> Iterator[DatabaseServer]:
    with DatabaseServer() as running:
        running.ask("CREATE ROLE locked LOGIN PASSWORD 'known'")
        rules = running.cluster / "pg_hba.conf"
        rules.write_text("local all locked scram-sha-256\n" + rules.read_text())
        running.ask("SELECT pg_reload_conf()")
        running.new_database("house")
        yield running


@pytest.fixture(scope="module")
def house(server: DatabaseServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    (folder / FILE).write_text(server.settings("house"))
    (said,) = callward(folder, ["init", "--region", "RO"])
    assert said.code == 0, said.err
    return folder


FAULTS: dict[str, tuple[str, str, str, str]] = {
    "away": ("socket", "elsewhere", "database-away", "E016"),
    "unknown-user": ('user = "callward"', 'user = "nobody_here"', "database-refused", "E017"),
    "no-password": ('user = "callward"', 'user = "locked"', "database-refused", "E017"),
    "missing": ('name = "house"', 'name = "nothing_here"', "database-missing", "E018"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_command_ends_in_one_line_that_names_the_fault(house: Path, fault: str) -> None:
    right, wrong, code, check = FAULTS[fault]
    told = house / FILE
    before = told.read_text()
    assert right in before
    told.write_text(before.replace(right, wrong))
    try:
        *commands, looked = callward(house, *COMMANDS, ["health", "--json"])
    finally:
        told.write_text(before)
    for said in commands:
        assert said.code == 1
        assert said.err.count("\n") == 1, said.err
        assert said.err.startswith(f"callward: {code}: "), said.err
    assert looked.code == 1
    assert [one["name"] for one in json.loads(looked.out)["checks"]] == [f"callward.{check}"]


def test_a_stopped_server_is_away(house: Path, server: DatabaseServer) -> None:
    server.stop(signal.SIGKILL)
    try:
        (said,) = callward(house, ["staff", "list"])
    finally:
        server.start()
    assert said.err.startswith("callward: database-away: ")
    (said,) = callward(house, ["staff", "list"])
    assert said.code == 0


@pytest.fixture
def pages(house: Path) -> Iterator[httpx.Client]:
    """The web program of the house, as `callward up` starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "callward.ops", "web", "--port", str(port)]
    environ = environment(house) | {"PYTHONPATH": str(CLONE / "src")}
    program = subprocess.Popen(words, env=environ, stderr=subprocess.PIPE, text=True)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            until(lambda: answers(client) == 200)
            yield client
    finally:
        program.terminate()
        _out, err = program.communicate(timeout=30)
    assert "Traceback" not in err


def answers(client: httpx.Client) -> int:
    try:
        return client.get("/notices/").status_code
    except httpx.TransportError:
        return 0


def until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < ends, "waited too long"
        time.sleep(0.2)


def test_pages_wait_for_their_server_and_come_back_by_themselves(
    house: Path, server: DatabaseServer, pages: httpx.Client
) -> None:
    server.stop(signal.SIGKILL)
    try:
        for language, words in LANGUAGES.items():
            refuse_all(pages, language, words)
        pages.cookies.set("callward_session", "a" * 32)
        assert pages.get("/").status_code == 503, "a page of the console"
        pages.cookies.clear()
        bearer = {"Authorization": "Bearer " + "a" * 40}
        told = pages.get("/api/v1/deliveries", headers=bearer)
        assert (told.status_code, told.json()["code"]) == (503, "unavailable")
        assert told.headers["Retry-After"]
        healthy = pages.get("/healthz")
        assert (healthy.status_code, healthy.json()) == (503, {"healthy": False})
    finally:
        server.start()
    until(lambda: answers(pages) == 200)
    assert pages.get("/healthz").json() == {"healthy": True}
    log = (house / "logs" / "callward.log").read_text()
    assert "the database server is away" in log
    assert "OperationalError" not in log, "no trace of it either"


def refuse_all(pages: httpx.Client, language: str, words: str) -> None:
    """Say it as a page, as a public page in the language of its address, and as a part."""
    spoken = {"Accept-Language": language}
    for path, headers in (
        ("/notices/", spoken),
        (f"/notices/{language}/", {}),
        ("/notices/", spoken | {"HX-Request": "true"}),
    ):
        answer = pages.get(path, headers=headers)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert words in answer.text, (path, answer.text)
        assert "Traceback" not in answer.text
        assert "OperationalError" not in answer.text
