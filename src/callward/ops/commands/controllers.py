"""`callward controller`: the legal entities and their policies in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from callward.controllers import selectors, services
from callward.ops.command_context import open_context
from callward.ops.command_files import FILE, read_file
from callward.ops.command_output import json_option, tell, tell_rows

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def controller() -> None:
    """The legal entities and their policies."""


@controller.command("add")
@click.argument("file", type=FILE)
@json_option
def add(file: Path, *, as_json: bool) -> None:
    """Add the controller whose policy FILE holds; a policy with errors is refused."""
    house = open_context()
    added = services.add_controller(read_file(file), actor=house.actor, at=house.at)
    (house.folder.inbox / added.slug).mkdir(mode=0o700, exist_ok=True)
    tell(added, as_json=as_json)


@controller.command("list")
@json_option
def list_all(*, as_json: bool) -> None:
    """List the controllers."""
    open_context()
    tell_rows(
        selectors.controllers(), columns=("slug", "legal_name", "brand", "ref"), as_json=as_json
    )
