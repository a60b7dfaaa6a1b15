"""`callward backup base|log|unseal`: what a server copies, sealed before it lies anywhere."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click

from callward.kernel import clock
from callward.ops.backup_lives import data_dies_on, data_lives
from callward.ops.command_context import open_context
from callward.ops.command_files import FILE, FOLDER, NEW_FILE, require_new_file
from callward.ops.command_output import json_option, remark, tell
from callward.ops.errors import NoServerError, UnreadableFileError
from callward.ops.supervision import callward_command
from callward.vault import services


@click.command("base")
@click.option("--to", type=NEW_FILE, required=True, help="A new file.")
@json_option
def back_up_base(to: Path, *, as_json: bool) -> None:
    """Seal all of a PostgreSQL server as it streams; nothing lies in clear."""
    house = open_context()
    if not house.folder.chosen.database.on_postgresql:
        raise NoServerError
    require_new_file(to)
    tell(services.back_up_base(to, at=house.at, dies_on=data_dies_on(house.at)), as_json=as_json)


@click.command("log")
@click.option("--wal", type=FILE, help="A piece of the log, as the server names it: %p.")
@click.option("--to", type=FOLDER, help="The folder of the log, where the house is not read.")
@json_option
def archive_log(wal: Path | None, to: Path | None, *, as_json: bool) -> None:
    """Seal a piece of the server's log; without one, prepare the folder and say what to set."""
    if wal is not None:
        services.seal_piece(wal, folder=to or services.log_folder(), at=clock.now())
        return
    house = open_context()
    if not house.folder.chosen.database.on_postgresql:
        raise NoServerError
    folder = services.open_archive(data_lives(house.at))
    words = [*callward_command("backup", "log", "--to", str(folder))]
    command = shlex.join(words) + " --wal %p"
    tell({"folder": folder, "archive_mode": "on", "archive_command": command}, as_json=as_json)
    remark("Let the server's user write in this folder, set both at the server and restart it.")


@click.command("unseal", hidden=True)
@click.option("--keys", type=FILE, required=True)
@click.option("--name", required=True)
@click.option("--to", type=click.Path(path_type=Path), required=True)
def unseal_log(keys: Path, name: str, to: Path) -> None:
    """Unseal a piece of the log; started by a server that is being restored."""
    try:
        told = json.loads(keys.read_bytes())
        folder, known = Path(told["folder"]), told["keys"]
    except (OSError, ValueError, KeyError):
        raise UnreadableFileError from None
    services.unseal_piece(name, folder=folder, keys=known, to=to)
