"""`callward staff` and `callward token`: who may sign in and hear, which machine may hand in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from callward.accounts import selectors, services
from callward.controllers import selectors as controllers
from callward.intake.states import IntakeCapability
from callward.ops.command_context import open_context
from callward.ops.command_output import (
    DAY,
    INSTANT,
    REFERENCE,
    json_option,
    remark,
    tell,
    tell_rows,
)
from callward.policy.vocabulary import Role

if TYPE_CHECKING:
    from datetime import date, datetime

    from callward.kernel.references import Ref

controller_option = click.option("--controller", "slug", required=True, help="Its short name.")


@click.group()
def staff() -> None:
    """People who sign in: roles, training, confidentiality, grants."""


@staff.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The name that colleagues see.")
@click.option("--language", default="", help="en, ro, bg or lt.")
@json_option
def add(username: str, name: str, language: str, *, as_json: bool) -> None:
    """Add a person; the password printed opens once and is then replaced by their own."""
    house = open_context()
    made = services.add_user(
        username=username, display_name=name, language=language, actor=house.actor, at=house.at
    )
    facts = {"ref": made.user.ref, "username": made.user.username, "password": made.password}
    tell(facts, as_json=as_json)


@staff.command("list")
@json_option
def list_all(*, as_json: bool) -> None:
    """List everybody who may sign in."""
    open_context()
    tell_rows(
        selectors.staff(), columns=("username", "display_name", "is_active", "ref"), as_json=as_json
    )


@staff.command("sign")
@click.argument("username")
@controller_option
@json_option
def sign(username: str, slug: str, *, as_json: bool) -> None:
    """Keep that a person signed the confidentiality undertaking."""
    house = open_context()
    ref = services.sign_undertaking(
        selectors.user_named(username).ref,
        controller_ref=controllers.controller(slug).ref,
        actor=house.actor,
        at=house.at,
    )
    tell({"undertaking": ref}, as_json=as_json)


@staff.command("appoint")
@click.argument("username")
@controller_option
@click.option("--role", required=True, type=click.Choice([str(role.value) for role in Role]))
@click.option("--assessed", type=INSTANT, help="When the person was found fit; default is now.")
@click.option("--agent-code", help="The extension at the carrier that an agent answers.")
@click.option("--agent-since", type=INSTANT, help="Since when it is theirs; default is now.")
@json_option
def appoint(
    username: str,
    slug: str,
    role: str,
    assessed: datetime | None,
    agent_code: str | None,
    agent_since: datetime | None,
    *,
    as_json: bool,
) -> None:
    """Give a role after an assessment and a signed undertaking."""
    house = open_context()
    since = agent_since or house.at
    ref = services.appoint(
        selectors.user_named(username).ref,
        Role(role),
        controller_ref=controllers.controller(slug).ref,
        assessed_at=assessed or house.at,
        assessed_by=house.actor,
        actor=house.actor,
        at=house.at,
        desk=services.AgentDesk(code=agent_code, since=since) if agent_code else None,
    )
    tell({"appointment": ref, "role": role}, as_json=as_json)


@staff.command("train")
@click.argument("username")
@controller_option
@click.option("--subject", default="data-protection", show_default=True)
@click.option("--done", "done_on", type=DAY, help="The day it was done; default is today.")
@click.option("--due", "due_on", type=DAY, required=True, help="The day it must be renewed by.")
@json_option
def train(
    username: str,
    slug: str,
    subject: str,
    done_on: date | None,
    due_on: date,
    *,
    as_json: bool,
) -> None:
    """Keep that a person was trained."""
    house = open_context()
    found = controllers.controller(slug)
    zone = controllers.policy_in_force(found.ref, at=house.at).zone
    ref = services.record_training(
        selectors.user_named(username).ref,
        controller_ref=found.ref,
        subject=subject,
        done_on=done_on or house.at.astimezone(zone).date(),
        due_on=due_on,
        zone=zone,
        actor=house.actor,
        at=house.at,
    )
    tell({"training": ref, "due_on": due_on}, as_json=as_json)


@staff.command("grant")
@click.argument("username")
@controller_option
@click.option("--purpose", required=True)
@click.option("--recording", type=REFERENCE, help="One recording; without it, all.")
@click.option("--days", type=click.IntRange(1, 366), required=True, help="How long it stands.")
@click.option("--reason", required=True)
@json_option
def grant(
    username: str,
    slug: str,
    purpose: str,
    recording: Ref | None,
    days: int,
    reason: str,
    *,
    as_json: bool,
) -> None:
    """Let a person hear recordings for one purpose until an end."""
    house = open_context()
    found = controllers.controller(slug)
    new = services.NewGrant(
        user_ref=selectors.user_named(username).ref,
        controller_ref=found.ref,
        purpose=_declared(purpose, controller_ref=found.ref, at=house.at),
        recording_ref=recording,
        begins_at=house.at,
        ends_at=house.at + timedelta(days=days),
        reason=reason,
    )
    tell({"grant": services.give_grant(new, actor=house.actor, at=house.at)}, as_json=as_json)


def _declared(purpose: str, *, controller_ref: Ref, at: datetime) -> str:
    rules = controllers.policy_in_force(controller_ref, at=at).recording
    known = sorted(rules.access.purposes) if rules else []
    if purpose not in known:
        raise click.BadParameter(f"“{purpose}” is none of: {', '.join(known) or 'none declared'}.")
    return purpose


@staff.command("renew-password")
@click.argument("username")
@json_option
def renew_password(username: str, *, as_json: bool) -> None:
    """Give a person who forgot theirs a new password for one use."""
    house = open_context()
    user = selectors.user_named(username)
    made = services.renew_password(user.ref, actor=house.actor, at=house.at)
    tell({"username": username, "password": made.password}, as_json=as_json)


@staff.command("reset-second-factor")
@click.argument("username")
def reset_second_factor(username: str) -> None:
    """Take the second factor of a person who lost it; they are signed out everywhere."""
    house = open_context()
    user = selectors.user_named(username)
    services.reset_second_factor(user.ref, actor=house.actor, at=house.at)
    remark("Reset. The next sign-in asks for a new second factor.")


@staff.command("shut-out")
@click.argument("username")
def shut_out(username: str) -> None:
    """Shut a person out who has left; what they did stays written."""
    house = open_context()
    user = selectors.user_named(username)
    services.deactivate_user(user.ref, actor=house.actor, at=house.at)
    remark("Shut out.")


@click.group()
def token() -> None:
    """Tokens of machines that hand recordings over: issue, list, withdraw."""


@token.command("issue")
@click.argument("label")
@controller_option
@click.option("--days", type=click.IntRange(1, 366), required=True, help="How long it stands.")
@json_option
def issue(label: str, slug: str, days: int, *, as_json: bool) -> None:
    """Issue a token for the machine LABEL; it is printed this once and never again."""
    house = open_context()
    made = services.issue_token(
        controller_ref=controllers.controller(slug).ref,
        label=label,
        capability=IntakeCapability.UPLOAD,
        ends_at=house.at + timedelta(days=days),
        actor=house.actor,
        at=house.at,
    )
    tell(made, as_json=as_json)


@token.command("list")
@controller_option
@json_option
def list_tokens(slug: str, *, as_json: bool) -> None:
    """List the tokens of a controller's machines, without the tokens themselves."""
    open_context()
    found = selectors.tokens(controllers.controller(slug).ref)
    tell_rows(found, columns=("ref", "label", "ends_at", "withdrawn_at"), as_json=as_json)


@token.command("withdraw")
@click.argument("ref", type=REFERENCE)
def withdraw(ref: Ref) -> None:
    """End the token REF at once."""
    house = open_context()
    services.withdraw_token(ref, actor=house.actor, at=house.at)
    remark("Withdrawn. The machine is refused from now on.")
