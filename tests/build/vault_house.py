"""A house that has nothing but a vault, run in processes that a test may kill."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from build.programs import run_program

if TYPE_CHECKING:
    import subprocess

ROOT = Path(__file__).resolve().parents[2]
_START = "import django; django.setup(); from build.vault_steps import main; main()"


class House:
    """Runs steps in processes of their own, on one data directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".may-crash").touch()
        self._made = False

    def start(self, *steps: list[str], crash_at: str = "") -> subprocess.CompletedProcess[str]:
        """Run steps, maybe to a crash."""
        environment = {
            **os.environ,
            "CALLWARD_DATA": str(self.folder),
            "CALLWARD_CRASH_AT": crash_at,
            "DJANGO_SETTINGS_MODULE": "build.vault_settings",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}",
        }
        return run_program(
            "-c", _START, str(self.folder), json.dumps(steps), environment=environment
        )

    def run(self, *steps: list[str]) -> list[Any]:
        """Run steps and give their answers."""
        first = [] if self._made else [["migrate"]]
        done = self.start(*first, *steps)
        assert done.returncode == 0, done.stderr
        self._made = True
        return json.loads(done.stdout)[len(first) :]

    def one(self, *step: str) -> Any:
        """Run one step."""
        return self.run(list(step))[0]
