"""`callward up|web|worker|health`: what runs for long, and how it is."""

from __future__ import annotations

import os
import signal
import threading

import click

from callward.intake import services as intake
from callward.jobs import services as jobs
from callward.ops.checks import findings, refuse_unsafe
from callward.ops.command_context import open_context
from callward.ops.command_output import json_option, plain, remark, tell
from callward.ops.data_folder import chosen_folder, running_on
from callward.ops.errors import CheckFailedError
from callward.ops.first_start import set_up
from callward.ops.health import faults_of, health_of
from callward.ops.supervision import Program, Tree, callward_command, hold_lifeline
from callward.ops.values import Start
from callward.retention import services as retention
from callward.telephony import services as telephony

# What a fresh house, or one that stood still, should not wait for until its next hour.
_AT_START = ("promises.check", "notices.publish")

host_option = click.option("--host", default="127.0.0.1", show_default=True)
port_option = click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)


@click.command()
@host_option
@port_option
def up(host: str, port: int) -> None:
    """Run everything: console, worker and phone line, in one tree that stops together."""
    folder = chosen_folder()
    if not folder.is_made():
        set_up(folder, region=None, passphrase=None)
    house = open_context()
    refuse_unsafe(Start(folder=house.folder, host=host))
    telephony.publish_snapshot(house.at)
    env = dict(os.environ)
    web = callward_command("web", "--host", host, "--port", str(port))
    programs = [
        Program(name="web", command=web, env=env),
        Program(name="worker", command=callward_command("worker"), env=env),
        Program(name="line", command=callward_command("line"), env=env),
    ]
    shown = "localhost" if host in {"127.0.0.1", "::1"} else host
    remark(f"Callward is starting at http://{shown}:{port} — stop it with Ctrl-C.")
    Tree(programs).run()


@click.command()
@host_option
@port_option
def web(host: str, port: int) -> None:
    """Serve the console alone."""
    house = open_context()
    hold_lifeline()
    refuse_unsafe(Start(folder=house.folder, host=host))
    from callward.ops.web_server import serve  # noqa: PLC0415  # only this command needs the server

    house.folder.web_address.write_text(f"{host}:{port}\n")
    with running_on(house.folder):
        serve(house.folder.chosen.web, host=host, port=port)


@click.command()
def worker() -> None:
    """Do the work that is due: disposal, checks of recordings, signing the audit."""
    house = open_context()
    hold_lifeline()
    refuse_unsafe(Start(folder=house.folder, host="127.0.0.1"))

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with running_on(house.folder):
        retention.finish_open_disposals(house.at)
        intake.recover(house.at)
        for task in _AT_START:
            jobs.enqueue(task, key=task)
        if jobs.run_worker(stop):
            os._exit(0)  # the next worker does what still runs; its threads must not hold us


@click.command()
@json_option
def health(*, as_json: bool) -> None:
    """Say how Callward is: start-up checks, open destructions, what waits."""
    house = open_context(before_replay=True, in_move=True)
    unsafe = list(findings(Start(folder=house.folder, host="127.0.0.1")))
    told = {} if unsafe else health_of(house.at)
    found = [*unsafe, *([] if unsafe else faults_of(house.at))]
    checks = [plain(one) for one in found]
    tell({"healthy": not found, "checks": checks, **told}, as_json=as_json)
    if found:
        raise CheckFailedError(count=len(found))
