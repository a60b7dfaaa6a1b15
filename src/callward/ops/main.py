"""The `callward` command: every error is one line that names the fact and the mend."""

from __future__ import annotations

import gc
import os
import resource
import sys
from typing import TYPE_CHECKING

import click

from callward.kernel import clock
from callward.kernel.errors import CallwardError, RefusedError
from callward.ops.command_context import command_actor, late_command
from callward.ops.data_folder import chosen_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED, MISUSED, INTERRUPTED = 1, 2, 130
_SELDOM, _OFTEN = 200_000, 700  # how many new things make the machine look for waste
_COMMANDS = {
    "init": "init:init",
    "up": "programs:up",
    "web": "programs:web",
    "worker": "programs:worker",
    "line": "line:line",
    "health": "programs:health",
    "settings": "settings:settings",
    "policy": "policies:policy",
    "notice": "notices:notice",
    "controller": "controllers:controller",
    "staff": "staff:staff",
    "token": "staff:token",
    "intake": "intake:intake",
    "recordings": "recordings:recordings",
    "hold": "holds:hold",
    "retention": "retention:retention",
    "certificate": "retention:certificate",
    "vault": "vault:vault",
    "audit": "audit:audit",
    "database": "database:database",
    "backup": "backups:backup",
    "restore": "backups:restore",
    "promises": "promises:promises",
    "demo": "demo:demo",
}
_LASTING = frozenset({"up", "web", "worker", "line", "demo"})  # they look often, a little each time
# These need no data folder.
_LIGHT = frozenset({"init", "policies", "notices", "demo", "line", "settings"})


class LateGroup(click.Group):
    """A group whose commands are imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        found = late_command(module, name, light=module in _LIGHT)
        if cmd_name in _LASTING:
            gc.set_threshold(_OFTEN)
        return found


@click.group(cls=LateGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option("0.3.0", prog_name="callward", message="%(prog)s %(version)s")
def callward() -> None:
    """A privacy-first call centre: one folder (CALLWARD_DATA), one command."""


def run(words: Sequence[str]) -> int:
    """Run one command and answer its exit code; nothing but one line goes wrong on screen."""
    try:
        callward.main(list(words), prog_name="callward", standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:  # noqa: BLE001  # whatever nobody foresaw still ends in one line
        return _answer_to(error)
    return 0


def _answer_to(error: Exception) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return MISUSED
    if isinstance(error, click.UsageError):
        return _say_misuse(error)
    if isinstance(error, CallwardError):
        _audit_refusal(error)
        click.echo(f"callward: {error.code}: {error}", err=True)
        return FAILED
    fault = _server_fault(error)
    return _say_unforeseen(error) if fault is None else _answer_to(fault)


def _server_fault(error: Exception) -> CallwardError | None:
    """What is wrong with the database server, where an error came because it is away."""
    chosen = chosen_folder().chosen.database
    if not chosen.on_postgresql:
        return None
    from callward.postgresql import errors, faults  # noqa: PLC0415  # the default loads no psycopg

    if not faults.is_away(error):
        return None
    try:
        faults.refuse_unreachable(chosen)
    except CallwardError as fault:
        return fault
    return errors.ServerUnreachableError()  # it is back by now


def _say_misuse(error: click.UsageError) -> int:
    where = error.ctx.command_path if error.ctx else "callward"
    fact = " ".join(error.format_message().split()).rstrip(".")
    click.echo(f"{where}: {fact}. See “{where} --help”.", err=True)
    return MISUSED


def _say_unforeseen(error: Exception) -> int:
    import logging  # noqa: PLC0415  # most commands never fail

    from callward.kernel.references import new_ref  # noqa: PLC0415  # as above
    from callward.ops.redaction import configure  # noqa: PLC0415  # as above

    ticket = new_ref(clock.now())
    folder = chosen_folder()
    configure({"file": folder.log if folder.log.parent.is_dir() else None})
    logging.getLogger("callward.ops").critical("unforeseen error %s", ticket, exc_info=error)
    click.echo(
        f"callward: unforeseen: Something that nobody foresaw stopped this command (id {ticket}). "
        "Nothing half done was kept; send the line with this id from logs/callward.log.",
        err=True,
    )
    return FAILED


def _audit_refusal(error: CallwardError) -> None:
    """Write the refusal down, after whatever the command did was rolled back."""
    from django.apps import apps  # noqa: PLC0415  # light commands never load it

    if not isinstance(error, RefusedError) or not apps.ready or chosen_folder().move.exists():
        return  # rows that are being moved must not grow behind the mover's back
    import logging  # noqa: PLC0415  # most commands never fail

    from django.db import DatabaseError  # noqa: PLC0415  # after Django

    from callward.audit import services as audit  # noqa: PLC0415  # after Django

    try:
        audit.record_refusal(error, item=None, actor=command_actor(), at=clock.now())
    except DatabaseError:  # a folder without its tables has no audit to write into
        logging.getLogger("callward.ops").exception("refusal not audited")


def main() -> None:
    """Run what the shell asks for."""
    gc.set_threshold(_SELDOM)  # what a start loads stays; looking through it costs a tenth
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold keys and voices
    code = run(sys.argv[1:])
    gc.freeze()  # the end looks for waste in everything once more, a quarter of a short command
    sys.exit(code)
