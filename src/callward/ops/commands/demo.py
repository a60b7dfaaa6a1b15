"""`callward demo`: everything shown with invented people, in a folder of its own."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING

import click

from callward.deployment import VARIABLE
from callward.ops.command_context import command_actor, load
from callward.ops.command_output import remark
from callward.ops.data_folder import DataFolder, chosen_folder
from callward.ops.demo.demo_setup import empty_stage, set_stage
from callward.ops.errors import CheckFailedError, NotADemoError
from callward.ops.first_start import set_up
from callward.ops.folder_mark import is_marked
from callward.ops.supervision import Program, Tree, callward_command, hold_lifeline

if TYPE_CHECKING:
    from callward.ops.demo.engines import Engines


@click.group(invoke_without_command=True)
@click.option("--once", is_flag=True, help="Show everything, print a JSON summary, end.")
@click.option("--engines", is_flag=True, help="With --once: on PostgreSQL and an S3 store.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.pass_context
def demo(context: click.Context, port: int, *, once: bool, engines: bool) -> None:
    """Run a call centre with invented people and sample calls."""
    if context.invoked_subcommand is not None:
        return
    folder = chosen_folder()
    os.environ[VARIABLE] = str(folder.root)
    if engines and not once:
        raise click.UsageError("--engines goes with --once.")
    if once:
        _show_once(folder, engines=engines)
    else:
        _serve(folder, port=port)


@demo.command("code")
@click.argument("username")
def code(username: str) -> None:
    """Print the second-factor code of USERNAME for this moment."""
    folder = chosen_folder()
    if not is_marked(folder):
        raise NotADemoError
    load()
    from callward.ops.demo.cast import pass_of  # noqa: PLC0415  # after Django

    click.echo(pass_of(folder, username).code())


@demo.command("phones", hidden=True)
def phones() -> None:
    """Answer the invented people's telephones, and let two of them ring once."""
    folder = chosen_folder()
    if not is_marked(folder):
        raise NotADemoError
    load()
    hold_lifeline()
    from callward.ops.demo import phone_line  # noqa: PLC0415  # after Django

    exchange = phone_line.exchange_of(folder)
    phone_line.wait_for_line(folder)
    phone_line.ring_in_twice(exchange)
    threading.Event().wait()


def _show_once(folder: DataFolder, *, engines: bool) -> None:
    remark("Setting up a fresh call centre …")
    if not engines:
        _show(folder, None)
        return
    from callward.ops.demo.engines import engines_running  # noqa: PLC0415  # only this story

    try:
        with engines_running() as running:
            _show(folder, running)
    finally:  # its servers are gone, and the next story stands where it is told to
        folder.deployment.unlink(missing_ok=True)


def _show(folder: DataFolder, engines: Engines | None) -> None:
    empty_stage(folder)
    if engines is not None:
        engines.choose(folder)
    set_up(folder, region="RO", passphrase=None)
    from callward.ops.demo.cast import kept_passes  # noqa: PLC0415  # after Django
    from callward.ops.demo.demo_run import Show, faults_in  # noqa: PLC0415  # after Django

    remark("A carrier's export is taken in and sealed.")
    stage = set_stage(folder, actor=command_actor())
    told = Show(
        stage=stage, passes=kept_passes(folder), actor=command_actor(), engines=engines
    ).run()
    click.echo(json.dumps(told, indent=2))
    if faults := faults_in(told):
        remark(f"Not as promised: {', '.join(faults)}.")
        raise CheckFailedError(count=len(faults))


def _serve(folder: DataFolder, *, port: int) -> None:
    if not (is_marked(folder) and (folder.root / "cast.json").is_file()):
        remark("Setting up a call centre with invented people …")
        empty_stage(folder)
        set_up(folder, region="RO", passphrase=None)
        set_stage(folder, actor=command_actor())
    load()
    from callward.ops.demo.cast import kept_passes  # noqa: PLC0415  # after Django

    _say_how_to_sign_in(
        folder,
        port=port,
        passwords={name: one.password for name, one in kept_passes(folder).items()},
    )
    _open(folder, port=port)


def _open(folder: DataFolder, *, port: int) -> None:
    from callward.ops.demo.phone_line import tell_port  # noqa: PLC0415  # after Django

    tell_port(folder)
    commands = {
        "web": ("web", "--port", str(port)),
        "worker": ("worker",),
        "line": ("line",),
        "phones": ("demo", "phones"),
    }
    env = dict(os.environ)
    Tree(
        [
            Program(name=name, command=callward_command(*words), env=env)
            for name, words in commands.items()
        ]
    ).run()


def _say_how_to_sign_in(folder: DataFolder, *, port: int, passwords: dict[str, str]) -> None:
    click.echo(f"\nCallward is at http://localhost:{port} — stop it with Ctrl-C.\n\nSign in as")
    for name, password in passwords.items():
        click.echo(f"  {name:8} {password}")
    click.echo(
        "\nIt then asks for a code. Get the code of this moment in another window:\n"
        f"  CALLWARD_DATA={os.path.relpath(folder.root)} .venv/bin/callward demo code boris\n"
    )
