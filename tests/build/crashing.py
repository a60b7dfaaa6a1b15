"""Steps that a program of the tests takes in a house of its own, to a crash where one is told."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from build.programs import run_program

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path


@dataclass(frozen=True)
class Steps:
    """The steps of one program of `build`, which prepares a house, works in it and recovers it."""

    program: str

    def step(
        self, house: Path, name: str, *, crash_at: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Take one step, killed at the named point."""
        environment = os.environ | {"CALLWARD_DATA": str(house), "CALLWARD_CRASH_AT": crash_at}
        return run_program("-m", f"build.{self.program}", name, environment=environment)

    def prepared(self, house: Path, *, name: str = "prepare") -> str:
        """Prepare a house that may crash from now on; tells what was said."""
        done = self.step(house, name)
        assert done.returncode == 0, done.stderr
        (house / ".may-crash").touch()
        return done.stdout
