"""`callward intake`: what carriers hand in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from callward.accounts import selectors as accounts
from callward.calls.states import CallDirection
from callward.controllers import selectors as controllers
from callward.intake import selectors, services
from callward.kernel.numbers import parse_number
from callward.ops.command_context import open_context
from callward.ops.command_files import FOLDER
from callward.ops.command_output import INSTANT, json_option, plain, progress_of, tell, tell_rows

if TYPE_CHECKING:
    from pathlib import Path

DIRECTION = click.Choice([str(word.value) for word in CallDirection])
controller_option = click.option("--controller", "slug", required=True, help="Its short name.")


@click.group()
def intake() -> None:
    """Take recordings in; say which sources tell their callers."""


@intake.command("folder")
@click.argument("folder", type=FOLDER)
@controller_option
@json_option
def take_in_folder(folder: Path, slug: str, *, as_json: bool) -> None:
    """Take in every recording of FOLDER; a source is deleted only after it is sealed."""
    house = open_context()
    controller_ref = controllers.controller(slug).ref
    with progress_of("Taking in") as progress:
        report = services.take_in_folder(
            folder, controller_ref, actor=house.actor, at=house.at, progress=progress
        )
    tell({**plain(report.as_json()), "recordings": plain(report.recordings)}, as_json=as_json)


@intake.command("declare-source")
@controller_option
@click.option("--system", required=True, help="asterisk, freepbx, yeastar …")
@click.option("--account", default="*", show_default=True, help="Account of the system; * is all.")
@click.option("--line", help="The called number, +…; without it, every line.")
@click.option("--greeting", required=True, help="What callers are told.")
@click.option("--direction", "directions", multiple=True, required=True, type=DIRECTION)
@click.option("--from", "begins_at", type=INSTANT, required=True)
@click.option("--until", "ends_at", type=INSTANT)
@click.option("--signed-by", required=True, help="User name of the person who signs.")
@json_option
def declare_source(
    slug: str, signed_by: str, line: str | None, *, as_json: bool, **said: Any
) -> None:
    """Write down the signed word that callers of a source are told (D-16)."""
    house = open_context()
    found = controllers.controller(slug)
    country = controllers.policy_in_force(found.ref, at=house.at).jurisdiction
    declaration = services.NewDeclaration(
        controller_ref=found.ref,
        system=said["system"],
        account=said["account"],
        line=parse_number(line, region=country) if line else None,
        greeting=said["greeting"],
        directions=frozenset(CallDirection(word) for word in said["directions"]),
        begins_at=said["begins_at"],
        ends_at=said["ends_at"],
    )
    signer = accounts.user_named(signed_by).ref
    tell(
        services.declare_source(declaration, signed_by=signer, actor=house.actor, at=house.at),
        as_json=as_json,
    )


@intake.command("quarantine")
@controller_option
@json_option
def list_quarantine(slug: str, *, as_json: bool) -> None:
    """List what waits in quarantine, with the reason."""
    open_context()
    found = selectors.quarantine(controllers.controller(slug).ref)
    columns = ("ref", "reason", "state", "size", "arrived_at", "due_at")
    tell_rows(found, columns=columns, as_json=as_json)
