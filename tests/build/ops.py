"""A real data folder, and commands run on it as the shell would."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from build.engines import rows_in, tables_in
from build.prepared import copy_prepared
from build.programs import run_program

CLONE = Path(__file__).resolve().parents[2]
POLICY = str(CLONE / "policies" / "therapy-association.toml")


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CALLWARD_")}
    return {**kept, "CALLWARD_DATA": str(folder), "PYTHONWARNINGS": "error"}


def callward(folder: Path, *commands: list[str]) -> list[Said]:
    """Run commands one after the other on a data folder."""
    program = str(Path(__file__).parent / "ops_program.py")
    done = run_program(program, told=json.dumps(commands), environment=environment(folder))
    assert done.returncode == 0, done.stderr
    return [Said(**said) for said in json.loads(done.stdout)]


def new_house(folder: Path) -> Path:
    """A data folder that is set up, with one controller and one person."""
    copy_prepared("new-house", _set_up, folder)
    return folder


def _set_up(folder: Path) -> None:
    said = callward(
        folder,
        ["init", "--region", "RO"],
        ["controller", "add", POLICY],
        ["staff", "add", "boris", "--name", "Boris Supervisor"],
        ["staff", "sign", "boris", "--controller", "therapy-association"],
    )
    assert [one.code for one in said] == [0] * 4, said


def rows_of(folder: Path) -> dict[str, list[str]]:
    """Everything in the database but the audit, which also keeps refusals."""
    with rows_in(folder) as database:
        return {
            name: sorted(map(str, database.execute(f'SELECT * FROM "{name}"')))
            for name in tables_in(database)
            if not name.startswith(("audit_", "sqlite_"))
        }


def leaves_of(folder: Path) -> list[tuple[str, str]]:
    """The audit's events with their facts."""
    with rows_in(folder) as database:
        return list(database.execute('SELECT event, facts FROM audit_leaf ORDER BY "index"'))
