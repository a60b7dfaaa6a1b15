"""A short command loads what it uses, and not the rest of the house."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from build.engines import ON_POSTGRESQL, environment_on_engine
from build.ops import CLONE
from callward import holdings
from callward.config import wiring
from callward.holdings.registry import Holder
from callward.kernel.ports import Port
from callward.ops.main import run

POLICY = Path(__file__).parents[2] / "policies" / "dermatology-clinic.toml"
# Nobody needs sound, paper, the web, work in the background or a form of the line to list staff.
HEAVY = {"allauth.account.views", "av", "babel", "callward.line.snapshot", "dbos", "granian"}
HEAVY |= {"lameenc", "ninja", "phonenumbers", "rich", "sippy", "sqlalchemy", "typst"}
FRAMEWORK = {"callward.controllers.models", "callward.texts", "cryptography", "django"}
FORMS = {"callward.policy.schema", "pydantic"}
LOADED = """
import json, sys
from callward.ops.main import run
if run(sys.argv[1:]):
    sys.exit(1)
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("start") / "house"


def loaded_by(folder: Path, *words: str) -> set[str]:
    env = environment_on_engine({**os.environ, "CALLWARD_DATA": str(folder)})
    ran = subprocess.run(
        [sys.executable, "-c", LOADED, *words], env=env, capture_output=True, text=True, check=True
    )
    return set(json.loads(ran.stdout.splitlines()[-1]))


def test_a_first_start_and_a_list_of_staff_load_no_form_and_no_machinery(folder):
    # On a server the machinery of the jobs lays its own tables, once.
    laying = {"dbos", "sqlalchemy"} if ON_POSTGRESQL else set()
    assert loaded_by(folder, "init") & (HEAVY | FORMS) == laying
    assert not loaded_by(folder, "staff", "list") & (HEAVY | FORMS | {"callward.policy.compiled"})


def test_a_policy_is_checked_without_the_framework(folder):
    assert not loaded_by(folder, "policy", "lint", str(POLICY)) & (HEAVY | FRAMEWORK)


def test_the_version_is_told_from_a_clone_too(capsys):
    assert run(["--version"]) == 0
    told = tomllib.loads((CLONE / "pyproject.toml").read_text())["project"]["version"]
    assert capsys.readouterr().out.strip() == f"callward {told}"


def test_every_holder_that_is_loaded_late_is_there():
    assert all(isinstance(holder, Holder) for holder in holdings.holders())
    assert {holder.name for holder in holdings.holders()} >= {"calls", "recordings", "subjects"}


def test_every_adapter_that_is_loaded_late_is_there(monkeypatch):
    bound = []
    monkeypatch.setattr(Port, "bind", lambda _port, adapter: bound.append(adapter))
    wiring.wire()
    late = [adapter for adapter in bound if isinstance(adapter, wiring._Later)]
    assert len(late) > 5
    assert all(callable(wiring._named_in(*adapter._home)) for adapter in late)
