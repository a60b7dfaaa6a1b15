"""`callward database`: the rows of a house move from their file to a server."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import click
from django.db import transaction

from callward.audit import selectors as audit_selectors, services as audit
from callward.jobs import services as jobs
from callward.kernel.references import parse_ref
from callward.ops import database_move
from callward.ops.backup_lives import data_dies_on
from callward.ops.command_context import open_context
from callward.ops.command_files import FILE, read_file
from callward.ops.command_output import json_option, progress_of, remark, tell
from callward.ops.data_folder import alone_on
from callward.ops.engine_checks import ENGINE_CHECKS
from callward.ops.errors import (
    CheckFailedError,
    MoveStoppedError,
    MoveSwitchedError,
    NothingToMoveError,
)
from callward.ops.first_start import make_tables
from callward.ops.supervision import callward_command
from callward.ops.values import Start
from callward.postgresql import direct, row_transfer
from callward.vault import services as vault
from callward.vault.states import VaultEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from callward.ops.command_context import CommandContext
    from callward.ops.database_move import Move


@click.group()
def database() -> None:
    """Where the rows of this house lie."""


@database.command("move")
@click.option("--to", "new", type=FILE, help="The callward.toml that shall stand afterwards.")
@click.option("--abandon", is_flag=True, help="Go back to the file, as long as it stands.")
@json_option
def move(new: Path | None, *, abandon: bool, as_json: bool) -> None:
    """Move the rows into PostgreSQL; stopped anywhere, run it again and it goes on.

    The phone line may go on alone meanwhile ("callward line"). Secrets and folders in the new file
    count from the data folder.
    """
    house = open_context(in_move=True)
    with alone_on(house.folder) as root:
        if abandon:
            _abandon(house, root)
            return
        told = _finished(house, _begun(house, new), root)
    tell(told, as_json=as_json)
    remark("Moved. Start Callward again and make a backup; the old rows lie sealed to their day.")


def _begun(house: CommandContext, new: Path | None) -> Move:
    """The move that is under way, or a new one."""
    found = database_move.under_way(house.folder)
    if found is not None:
        if new is not None:
            database_move.require_same(house.folder, read_file(new))
        return found
    if new is None:
        raise NothingToMoveError
    database_move.lay_next(house.folder, read_file(new))
    data_dies_on(house.at)  # a house without a policy has nothing that could be moved
    signed = audit.checkpoint(at=house.at)
    witness = signed.note if signed else ""
    begun = database_move.begin(house.folder, witness=witness, at=house.at)
    vault.crash_point("move.begun")
    return begun


def _finished(house: CommandContext, found: Move, root: int) -> Mapping[str, Any]:
    """Go through the steps that are left; each may be done again."""
    folder, told = house.folder, {}
    if not database_move.has_switched(folder):
        told = _child("fill", root, environment=database_move.environment_after(folder))
        vault.crash_point("move.filled")
        told["old_rows"] = str(_sealed(house, found))
        vault.crash_point("move.sealed")
        database_move.switch(folder)
        vault.crash_point("move.switched")
    return told | _child("finish", root, environment=os.environ)


def _sealed(house: CommandContext, found: Move) -> Path:
    """The backup that the old rows lie in from now on."""
    to = house.folder.backups / found.backup_name
    if not to.exists():
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        dies_on = data_dies_on(house.at)
        vault.back_up_file(house.folder.database, to, at=house.at, dies_on=dies_on)
    return to


def _abandon(house: CommandContext, root: int) -> None:
    folder = house.folder
    if database_move.under_way(folder) is None:
        raise NothingToMoveError
    if database_move.has_switched(folder):
        raise MoveSwitchedError
    try:
        _child("clear", root, environment=database_move.environment_after(folder))
    except MoveStoppedError:
        remark("What was carried may still lie on the server: drop its database there.")
    database_move.forget(folder)
    remark("Back on the file. Start Callward again.")


def _child(step: str, root: int, *, environment: Mapping[str, str]) -> dict[str, Any]:
    """Take a step in a program of its own, which opens the house as it will be."""
    done = subprocess.run(  # noqa: S603  # our own command
        callward_command("database", step),
        check=False,
        stdout=subprocess.PIPE,
        env=dict(environment),
        pass_fds=(root,),  # whatever becomes of us, nobody comes in before the child has ended
    )
    if done.returncode:
        raise MoveStoppedError
    return dict(json.loads(done.stdout))


# -- the steps of a move, as the new house sees them -----------------------------------------------


def _in_a_move() -> tuple[CommandContext, Move]:
    house = open_context(before_replay=True, in_move=True)
    found = database_move.under_way(house.folder)
    if found is None:
        raise NothingToMoveError
    return house, found


def _refuse_unfit(house: CommandContext) -> None:
    """What start-up would refuse on the new server is refused before a row goes there."""
    start = Start(folder=house.folder, host="127.0.0.1")
    found = [one for check in ENGINE_CHECKS if (one := check(start)) is not None]
    for one in found:
        remark(str(one))
    if found:
        raise CheckFailedError(count=len(found))


def _require_the_audit(found: Move) -> None:
    """The tree on the server is the one that was signed before the first row went."""
    if found.witness and not audit.verify(witness=found.witness).ok:
        remark("The audit on the server is not what was signed; see “callward audit verify”.")
        raise CheckFailedError(count=1)


def _watched(progress: Callable[[int, int], None]) -> Callable[[int, int], None]:
    def told(done: int, of: int) -> None:
        progress(done, of)
        vault.crash_point("move.slice")

    return told


@database.command("fill", hidden=True)
def fill() -> None:
    """Make the tables on the server, carry every row there and compare all of them."""
    house, found = _in_a_move()
    _refuse_unfit(house)
    with direct.connect(house.folder.chosen.database) as server:
        row_transfer.begin(server, found.ref)
        if not row_transfer.is_filling(server):
            make_tables(house.folder)
        vault.crash_point("move.tables")
        with (
            row_transfer.transfer(house.folder.database, server) as rows,
            progress_of("Moving") as progress,
        ):
            carried = rows.carry(_watched(progress))
            count = rows.compare(carried)
        server.execute("VACUUM (ANALYZE)")
    _require_the_audit(found)
    waiting = jobs.take_over(house.folder.jobs)
    tell({"tables": len(carried), "rows": count, "jobs": waiting}, as_json=True)


@database.command("finish", hidden=True)
def finish() -> None:
    """Write down that the rows moved, and destroy where they lay."""
    house, found = _in_a_move()
    item = parse_ref(found.ref)
    if not audit_selectors.history(item, limit=1):
        with transaction.atomic():
            audit.record(VaultEvent.DATABASE_MOVED, item=item, actor=house.actor, at=house.at)
    vault.crash_point("move.told")
    gone = database_move.destroy_files(house.folder)
    vault.crash_point("move.destroyed")
    with direct.connect(house.folder.chosen.database) as server:
        row_transfer.end(server)
    database_move.forget(house.folder)
    tell({"files_destroyed": gone}, as_json=True)


@database.command("clear", hidden=True)
def clear() -> None:
    """Drop from the server what an abandoned move brought there."""
    house, found = _in_a_move()
    with direct.connect(house.folder.chosen.database) as server:
        row_transfer.abandon(server, found.ref)
    tell({}, as_json=True)
