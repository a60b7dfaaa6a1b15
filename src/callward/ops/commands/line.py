"""`callward line`: the phone line alone; it loads no Django and needs no database."""

from __future__ import annotations

import click

from callward.kernel import clock
from callward.ops.data_folder import chosen_folder
from callward.ops.errors import NotSetUpError
from callward.ops.folder_mark import read_mark
from callward.ops.redaction import configure
from callward.ops.supervision import hold_lifeline


@click.command()
@click.option(
    "--drain",
    type=click.FloatRange(0, 3600),
    default=None,
    help="How long running calls may go on after a stop, in seconds.",
)
@click.pass_context
def line(ctx: click.Context, drain: float | None) -> None:
    """Take and place calls; goes on when everything else is down."""
    folder = chosen_folder()
    if not folder.is_made():
        raise NotSetUpError
    configure({"file": folder.log})
    hold_lifeline()
    mark = read_mark(folder)
    if mark is not None:
        clock.set_clock(mark.clock())
    from callward.line.main import run  # noqa: PLC0415  # only this command needs SIP and audio

    ctx.exit(run(folder.root, drain=drain))
