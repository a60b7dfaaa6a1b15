"""`callward promises`: let every probe look now."""

from __future__ import annotations

import click

from callward.controllers import selectors as controllers
from callward.ops.command_context import open_context
from callward.ops.command_output import json_option, plain, tell_rows
from callward.ops.errors import CheckFailedError
from callward.promises import services
from callward.promises.states import CheckState

_COLUMNS = ("controller", "probe", "kind", "state", "looked_at", "wrong", "checked_at")


@click.group()
def promises() -> None:
    """Check what stands behind the sentences of the notices."""


@promises.command("check")
@click.option("--controller", "slug", help="This controller only.")
@json_option
def check(slug: str | None, *, as_json: bool) -> None:
    """Let every probe look; exit 1 when a promise is broken."""
    house = open_context()
    chosen = [controllers.controller(slug)] if slug else controllers.controllers()
    rows = [
        {"controller": view.slug, **plain(found)}
        for view in chosen
        for found in services.check_controller(view.ref, at=house.at)
    ]
    tell_rows(rows, columns=_COLUMNS, as_json=as_json)
    red = sum(row["state"] == CheckState.RED for row in rows)
    if red:
        raise CheckFailedError(count=red)
