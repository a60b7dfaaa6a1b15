"""`callward recordings`: what is kept, and a copy of one for its stated purpose."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from callward.calls.selectors import CallFilters
from callward.controllers import selectors as controllers
from callward.kernel.errors import CallwardError
from callward.ops.command_context import open_context
from callward.ops.command_files import NEW_FILE, require_new_file
from callward.ops.command_output import REFERENCE, json_option, tell, tell_rows
from callward.ops.command_person import person_of, person_options
from callward.ops.data_folder import OWNER_ONLY_FILE
from callward.ops.errors import UnwritableFileError
from callward.recordings import selectors, services

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from callward.kernel.references import Ref


_COLUMNS = ("recording", "state", "started_at", "direction", "seconds", "held", "call")


@click.group()
def recordings() -> None:
    """What is kept."""


@recordings.command("list")
@click.option("--controller", "slug", required=True)
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=200, show_default=True)
@json_option
def list_all(slug: str, limit: int, *, as_json: bool) -> None:
    """List recordings, newest call first; no number is shown."""
    open_context()
    rows = []
    for row in _rows(controllers.controller(slug).ref):
        rows.append(row)
        if len(rows) == limit:
            break
    tell_rows(rows, columns=_COLUMNS, as_json=as_json)


def _rows(controller_ref: Ref) -> Iterator[dict[str, object]]:
    after = None
    while True:
        page = selectors.list_calls(controller_ref, CallFilters(), after=after)
        for listed in page.rows:
            for kept in listed.recordings:
                yield {
                    "recording": kept.ref,
                    "state": kept.state,
                    "started_at": listed.call.started_at,
                    "direction": listed.call.direction,
                    "seconds": kept.seconds,
                    "held": listed.held,
                    "call": listed.call.ref,
                }
        if page.after is None:
            return
        after = page.after


@recordings.command("export")
@click.argument("ref", type=REFERENCE)
@click.option("--purpose", required=True, help="A purpose that the policy allows.")
@person_options
@click.option("--to", type=NEW_FILE, required=True, help="A new file.")
@json_option
def export(
    ref: Ref, purpose: str, username: str, code: str | None, to: Path, *, as_json: bool
) -> None:
    """Write recording REF in clear to a file, refused and audited as a play is."""
    house = open_context()
    require_new_file(to)
    user = person_of(username, code)
    try:
        with os.fdopen(
            os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY_FILE), "wb"
        ) as file:
            copy = services.export_copy(
                ref,
                purpose=purpose,
                user_ref=user.ref,
                second_factor=True,
                actor=house.actor,
                to=file,
                at=house.at,
            )
    except CallwardError:
        to.unlink(missing_ok=True)  # empty: refused before the first byte
        raise
    except OSError as error:
        raise UnwritableFileError from error
    tell(copy, as_json=as_json)
