"""A real data folder with meter readings that are destroyed after its backup was made."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from build.ops import CLONE, Said, callward, environment
from build.programs import run_program
from build.retention import CALLED
from callward.ops.data_folder import DataFolder
from callward.ops.folder_mark import write_mark

if TYPE_CHECKING:
    from pathlib import Path

POLICY = str(CLONE / "policies" / "smart-metering.toml")


@dataclass(frozen=True, kw_only=True)
class ProofHouse:
    """The folder, its backup, and what was destroyed after the backup."""

    top: Path
    gone: tuple[str, ...] = ()
    kept: str = ""

    @property
    def folder(self) -> Path:
        return self.top / "house"

    @property
    def backup(self) -> Path:
        return self.top / "data.backup"

    @property
    def certificates(self) -> Path:
        return self.folder / "keys" / "certificates.kept"

    @property
    def checkpoints(self) -> Path:
        return self.folder / "keys" / "checkpoints.kept"

    def command(self, *words: str, code: int = 0) -> Said:
        (said,) = callward(self.folder, list(words))
        assert said.code == code, (words, said)
        return said

    def restore(self) -> dict[str, Any]:
        """Bring the backup back, as its command does."""
        program = ("-m", "callward.ops", "restore", "--data", str(self.backup), "--json")
        done = run_program(*program, environment=environment(self.folder))
        assert done.returncode == 0, done.stderr
        return {**json.loads(done.stdout), "said": done.stderr}

    def steps(self, *steps: list[str]) -> list[Any]:
        done = run_program(
            "-m", "build.proof_steps", told=json.dumps(steps), environment=environment(self.folder)
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    def copied(self, top: Path) -> ProofHouse:
        """The same house in another place."""
        shutil.copytree(self.top, top, dirs_exist_ok=True)
        return ProofHouse(top=top, gone=self.gone, kept=self.kept)


def proof_house(top: Path) -> ProofHouse:
    """Set up, back up, destroy."""
    house = ProofHouse(top=top)
    house.folder.mkdir(mode=0o700, exist_ok=True)
    write_mark(DataFolder(root=house.folder), showing=CALLED + timedelta(days=3))
    said = callward(house.folder, ["init", "--region", "LT"], ["controller", "add", POLICY])
    assert [one.code for one in said] == [0, 0], said
    (told,) = house.steps(["prepare", str(house.backup)])
    return ProofHouse(top=top, gone=tuple(told["gone"]), kept=told["kept"])
