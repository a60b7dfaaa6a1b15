"""The move of the rows from their SQLite file to a server; a crash only delays it (N-7).

`move.json` says from its first step to its last that the move is under way; while it stands nothing
else opens. `callward.toml.next` becomes `callward.toml` in one rename: before it the house is what
it was, after it the old file has only to go.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from callward import deployment
from callward.deployment import FILE_VARIABLE
from callward.kernel.disk import overwrite, settle_folder, write_whole
from callward.kernel.references import new_ref
from callward.ops.errors import (
    EnvironmentChoosesError,
    MoveChangesMoreError,
    MoveUnderWayError,
    NothingToMoveError,
)
from callward.vault.states import BESIDE_A_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from callward.deployment import Deployment
    from callward.ops.data_folder import DataFolder

_MOVABLE = ("database", "jobs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move under way: its name, and the signed head of the audit that must come out of it."""

    ref: str
    begun_at: str
    witness: str

    @property
    def backup_name(self) -> str:
        """The file that the old rows are sealed into."""
        return f"before-move-{self.ref}.backup"


def under_way(folder: DataFolder) -> Move | None:
    """The move that began and did not end."""
    if not folder.move.is_file():
        return None
    return Move(**json.loads(folder.move.read_text()))


def has_switched(folder: DataFolder) -> bool:
    """Whether the house of a move under way stands on its new database."""
    return not folder.next_deployment.exists()


def environment_after(folder: DataFolder) -> Mapping[str, str]:
    """What a program is started with that shall see the house as it is after the move."""
    return os.environ | {FILE_VARIABLE: folder.next_deployment.name}


def lay_next(folder: DataFolder, content: bytes) -> None:
    """Put the new deployment beside the one in force, once it is known to be usable."""
    write_whole(folder.next_deployment, content)
    try:
        after = deployment.read(folder.root, environment_after(folder))
        _require_only_a_move(folder.chosen, after)
    except BaseException:
        folder.next_deployment.unlink()
        raise


def require_same(folder: DataFolder, content: bytes) -> None:
    """Refuse to go on with another file than the move began with."""
    begun = folder.deployment if has_switched(folder) else folder.next_deployment
    if begun.read_bytes() != content:
        raise MoveUnderWayError


def _require_only_a_move(now: Deployment, after: Deployment) -> None:
    if now.database.on_postgresql or not after.database.on_postgresql:
        raise NothingToMoveError
    for setting, source in after.sources.items():
        if setting.startswith("database.") and source.startswith("CALLWARD_"):
            raise EnvironmentChoosesError(variable=source)
    if replace(now, database=after.database, jobs=after.jobs) != after:
        changed = (name for name in asdict(now) if getattr(now, name) != getattr(after, name))
        raise MoveChangesMoreError(section=next(name for name in changed if name not in _MOVABLE))


def begin(folder: DataFolder, *, witness: str, at: datetime) -> Move:
    """Let the move be under way, durably, before its first row is carried."""
    move = Move(ref=str(new_ref(at)), begun_at=at.isoformat(), witness=witness)
    write_whole(folder.move, json.dumps(asdict(move)).encode())
    settle_folder(folder.root)
    return move


def switch(folder: DataFolder) -> None:
    """Let the house stand on its new database."""
    folder.next_deployment.replace(folder.deployment)
    settle_folder(folder.root)


def forget(folder: DataFolder) -> None:
    """End a move, done or abandoned."""
    folder.move.unlink()
    settle_folder(folder.root)
    folder.next_deployment.unlink(missing_ok=True)


def destroy_files(folder: DataFolder) -> int:
    """Overwrite and remove the old rows and jobs, and tell how many files went."""
    found = [
        path
        for file in (folder.database, folder.jobs)
        for path in (file, *(file.with_name(file.name + end) for end in BESIDE_A_FILE))
        if path.exists()
    ]
    for path in reversed(found):  # a log goes before its file, which would be opened without it
        overwrite(path)
        path.unlink()
    settle_folder(folder.database.parent)
    return len(found)
