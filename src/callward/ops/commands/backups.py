"""`callward backup|restore`: data and keys apart, each with the life that the notice prints."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import click
from django.db import connections, transaction

from callward.audit import selectors as audited, services as audit
from callward.intake import services as intake
from callward.ops.backup_lives import data_dies_on, keys_die_on
from callward.ops.command_context import open_context
from callward.ops.command_files import FILE, NEW_FILE, require_new_file
from callward.ops.command_output import (
    INSTANT,
    REFERENCE,
    json_option,
    plain,
    remark,
    tell,
    tell_rows,
)
from callward.ops.commands.server_copies import archive_log, back_up_base, unseal_log
from callward.ops.data_folder import alone_on, chosen_folder
from callward.ops.drilled_house import look, put_back, require_drill
from callward.ops.errors import CheckFailedError
from callward.ops.restore_drill import drill
from callward.ops.root_key_source import read_root_key
from callward.ops.supervision import callward_command
from callward.retention import services as retention
from callward.vault import ports, services
from callward.vault.states import VaultEvent

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.ops.command_context import CommandContext
    from callward.vault.states import Replay


_AFTER_BASE = (
    "Start the server on that folder and let callward.toml name it.",
    "Run “callward restore --replay” before anything else.",
    "Then take archive_mode = off out of its postgresql.auto.conf and make a new base backup.",
)


@click.group()
def backup() -> None:
    """Write sealed backups: data and keys never in one file."""


for _copy in (back_up_base, archive_log, unseal_log):
    backup.add_command(_copy)


@backup.command("data")
@click.option("--to", type=NEW_FILE, required=True, help="A new file.")
@json_option
def back_up_data(to: Path, *, as_json: bool) -> None:
    """Write database and sealed recordings into one sealed file."""
    house = open_context()
    require_new_file(to)
    tell(services.back_up(to, at=house.at, dies_on=data_dies_on(house.at)), as_json=as_json)


@backup.command("keys")
@click.option("--to", type=NEW_FILE, required=True, help="A new file, on another medium.")
@json_option
def back_up_keys(to: Path, *, as_json: bool) -> None:
    """Write the key store into one sealed file; it lives shortly."""
    house = open_context()
    require_new_file(to)
    dies_on, root_key = keys_die_on(house.at), read_root_key(house.folder)
    facts = services.back_up_keys(to, root_key=root_key, at=house.at, dies_on=dies_on)
    tell(facts, as_json=as_json)


@backup.command("list")
@json_option
def list_backups(*, as_json: bool) -> None:
    """List the backups that this house wrote and that are not known to be gone."""
    open_context()
    rows = [
        {**plain(one.facts), "ref": one.ref, "path": one.path}
        for one in services.written_backups()
    ]  # fmt: skip
    tell_rows(rows, columns=("ref", "kind", "made_at", "dies_on", "path"), as_json=as_json)


@backup.command("confirm-destroyed")
@click.argument("ref", type=REFERENCE)
@json_option
def confirm_destroyed(ref: Ref, *, as_json: bool) -> None:
    """Say that a backup was destroyed where this house cannot look."""
    house = open_context()
    with transaction.atomic():
        audit.record(VaultEvent.BACKUP_TOLD_DESTROYED, item=ref, actor=house.actor, at=house.at)
        services.confirm_destroyed(ref)
    tell({"closed": ref}, as_json=as_json)


@backup.command("drill")
@click.option("--data", "source", type=FILE, help="Another backup of the data than the newest.")
@click.option("--keys", type=FILE, help="A backup of the keys; else the keys of today.")
@json_option
def drill_restore(source: Path | None, keys: Path | None, *, as_json: bool) -> None:
    """Restore the newest backup beside the house, try it, and remove it again."""
    house = open_context()
    source = source or services.newest_backup(at=house.at)
    facts = services.facts_of(source)
    report = drill(house.folder, source=source, keys=keys, facts=facts, at=house.at)
    services.note_drill(report.to_remember())
    with transaction.atomic():
        audit.record(
            VaultEvent.BACKUP_DRILLED,
            item=None,
            actor=house.actor,
            at=house.at,
            backup=facts.made_at,
            faults=len(report.faults),
        )
    tell({"passed": not report.faults, **plain(report)}, as_json=as_json)
    if report.faults:
        raise CheckFailedError(count=len(report.faults))


@backup.command("drill-restore", hidden=True)
@click.option("--data", "source", type=FILE, required=True)
def put_back_for_drill(source: Path) -> None:
    """Fill the place of a drill; started by the drill alone."""
    require_drill(chosen_folder())
    tell(put_back(open_context(before_replay=True), source), as_json=True)


@backup.command("drill-look", hidden=True)
def look_at_drill() -> None:
    """Replay and look at the place of a drill; started by the drill alone."""
    require_drill(chosen_folder())
    tell(look(open_context(before_replay=True)), as_json=True)


@click.command()
@click.option("--data", "data_file", type=FILE, help="A backup of the data.")
@click.option("--keys", "keys_file", type=FILE, help="A backup of the keys.")
@click.option("--base", type=FILE, help="A base backup of a server, put --into a folder.")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="An empty folder.")
@click.option("--until", type=INSTANT, help="Play the log of the server no further than this.")
@click.option("--replay", is_flag=True, help="Only destroy again what was destroyed since.")
@json_option
def restore(
    data_file: Path | None,
    keys_file: Path | None,
    *,
    base: Path | None,
    into: Path | None,
    until: datetime | None,
    replay: bool,
    as_json: bool,
) -> None:
    """Put a backup back, then destroy again what was destroyed since it was made."""
    if not (data_file or keys_file or base or replay) or (base is None) != (into is None):
        raise click.UsageError("Name --data FILE, --keys FILE, --base FILE --into DIR or --replay.")
    house = open_context(before_replay=True)
    if base is not None and into is not None:
        _restore_base(house, base, into=into, until=until, as_json=as_json)
        return
    with alone_on(house.folder):
        if replay:
            _replay(house, as_json=as_json)
            return
        if keys_file is not None:
            key, keys = read_root_key(house.folder), house.folder.keys
            services.restore_keys(keys_file, root_key=key, folder=keys, at=house.at)
        if data_file is not None:
            connections.close_all()
            services.restore(data_file, database=house.folder.database, at=house.at)
    _replay_anew(as_json=as_json)


def _restore_base(
    house: CommandContext, base: Path, *, into: Path, until: datetime | None, as_json: bool
) -> None:
    """Unseal a server; it plays its log when somebody starts it, and the replay comes after."""
    command = callward_command("backup", "unseal")
    told = services.restore_base(base, into=into, until=until, command=command, at=house.at)
    tell(told, as_json=as_json)
    for sentence in _AFTER_BASE:
        remark(sentence)


def _replay(house: CommandContext, *, as_json: bool) -> None:
    """Bring the database to what the ledger and the keys know, and write down that it came back."""
    if audit.is_behind():
        services.note_base_restore(size=audited.size(), at=house.at)
    restored = audit.record_restore(actor=house.actor, at=house.at)
    audit.destroy_again(actor=house.actor, at=house.at)
    replayed = services.replay(at=house.at)
    settled = retention.settle_after_replay(house.at)  # holds and proofs the backup did not know
    _record_replay(house, replayed)
    retention.finish_open_disposals(house.at)
    services.let_rows_go(however_large=True)  # before the server archives its log again
    intake.recover(house.at)  # what came after the backup waits in quarantine, never lost
    tell({**plain(replayed), "settled": plain(settled)}, as_json=as_json)
    if restored is not None:
        remark(f"The audit went back to {restored.size_after} entries; it says so itself.")
    for refused in settled.proofs_refused:
        remark(f"Not believed, kept certificate in line {refused}")
    remark("Replayed: what was destroyed since is destroyed here too.")


def _record_replay(house: CommandContext, replayed: Replay) -> None:
    with transaction.atomic():
        audit.record(
            VaultEvent.BACKUP_REPLAYED,
            item=None,
            actor=house.actor,
            at=house.at,
            entries_size=replayed.entries,
            recordings_size=replayed.recordings,
            rows_size=replayed.rows,
            position_size=ports.ledger.get().position(),
        )


def _replay_anew(*, as_json: bool) -> None:
    """Replay in a program of its own, which has none of the replaced files open."""
    words = ["restore", "--replay", *(["--json"] if as_json else [])]
    done = subprocess.run(callward_command(*words), check=False)  # noqa: S603  # our own command
    if done.returncode:
        raise CheckFailedError(count=1)
