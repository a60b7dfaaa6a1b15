"""`callward hold`: what stops disposal, for a reason, with an owner and an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from callward.accounts import selectors as accounts
from callward.controllers import selectors as controllers
from callward.ops.command_context import open_context
from callward.ops.command_output import DAY, REFERENCE, json_option, tell, tell_rows
from callward.retention import selectors, services

if TYPE_CHECKING:
    from datetime import date

    from callward.kernel.references import Ref

_COLUMNS = ("ref", "reason", "case", "state", "items", "review_on", "ends_at", "overdue")


@click.group()
def hold() -> None:
    """Stop the disposal of recordings for a reason."""


@hold.command("place")
@click.argument("recordings", type=REFERENCE, nargs=-1, required=True)
@click.option("--reason", required=True, help="A reason that the policy names.")
@click.option("--case", required=True, help="The case it belongs to.")
@click.option("--owner", required=True, help="User name of the person who answers for it.")
@click.option("--review", type=DAY, help="Day of the next review; default is the policy's.")
@json_option
def place(
    recordings: tuple[Ref, ...],
    reason: str,
    case: str,
    owner: str,
    review: date | None,
    *,
    as_json: bool,
) -> None:
    """Keep RECORDINGS although their day comes."""
    house = open_context()
    placed = services.place_hold(
        recordings,
        reason=reason,
        case=case,
        owner=accounts.user_named(owner).ref,
        actor=house.actor,
        at=house.at,
        review_on=review,
    )
    tell(placed, as_json=as_json)


@hold.command("ask-release")
@click.argument("ref", type=REFERENCE)
@json_option
def ask_release(ref: Ref, *, as_json: bool) -> None:
    """Ask for the end of hold REF; a second person releases it."""
    house = open_context()
    tell(services.ask_release(ref, actor=house.actor, at=house.at), as_json=as_json)


@hold.command("release")
@click.argument("ref", type=REFERENCE)
@json_option
def release(ref: Ref, *, as_json: bool) -> None:
    """Release hold REF, which somebody else asked for."""
    house = open_context()
    tell(services.approve_release(ref, actor=house.actor, at=house.at), as_json=as_json)


@hold.command("close-case")
@click.argument("ref", type=REFERENCE)
@json_option
def close_case(ref: Ref, *, as_json: bool) -> None:
    """Say that the case of hold REF is over: a hold that ends so long after it starts to count."""
    house = open_context()
    tell(services.close_case(ref, actor=house.actor, at=house.at), as_json=as_json)


@hold.command("list")
@click.option("--controller", "slug", required=True)
@json_option
def list_all(slug: str, *, as_json: bool) -> None:
    """List the holds in force."""
    house = open_context()
    found = selectors.holds(controllers.controller(slug).ref, at=house.at)
    tell_rows(found, columns=_COLUMNS, as_json=as_json)
