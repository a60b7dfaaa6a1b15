"""`callward policy draft|ask|approve|turn-down|withdraw|versions`: as in the console, by two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from callward.controllers import selectors as controllers
from callward.notices import selectors, services
from callward.ops.command_context import open_context
from callward.ops.command_files import FILE, read_file
from callward.ops.command_output import REFERENCE, json_option, remark, tell, tell_rows
from callward.ops.command_person import actor_of, person_options
from callward.policy import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from callward.kernel.references import Ref
    from callward.notices.values import NoticeVersionView

_COLUMNS = ("ref", "version", "effective_on", "state", "passes_at", "publish_at")


@click.command("draft")
@click.argument("file", type=FILE)
@person_options
@json_option
def draft(file: Path, username: str, code: str | None, *, as_json: bool) -> None:
    """Keep the revision that FILE holds as a draft of its controller; nothing is in force yet."""
    house = open_context()
    toml = read_file(file)
    controller = controllers.controller(load(toml).controller.id)
    actor = actor_of(username, code)
    made = services.draft_policy(controller.ref, toml, actor=actor, at=house.at)
    _tell(made, as_json=as_json)
    refusing = [one for one in selectors.findings(made.ref, at=house.at) if one.refuses]
    if refusing:
        remark(f"Lint refuses it still, first by {refusing[0].code}: callward policy lint.")


def _act(
    ref: Ref,
    username: str,
    code: str | None,
    act: Callable[..., NoticeVersionView],
    *,
    as_json: bool,
) -> None:
    house = open_context()
    _tell(act(ref, actor=actor_of(username, code), at=house.at), as_json=as_json)


@click.command("ask")
@click.argument("ref", type=REFERENCE)
@person_options
@json_option
def ask(ref: Ref, username: str, code: str | None, *, as_json: bool) -> None:
    """Ask a second person to approve draft REF, or begin the delay that the policy names."""
    _act(ref, username, code, services.ask_approval, as_json=as_json)


@click.command("approve")
@click.argument("ref", type=REFERENCE)
@person_options
@json_option
def approve(ref: Ref, username: str, code: str | None, *, as_json: bool) -> None:
    """Stand behind version REF that somebody else asked for; it takes effect on its day."""
    _act(ref, username, code, services.approve, as_json=as_json)


@click.command("turn-down")
@click.argument("ref", type=REFERENCE)
@person_options
@json_option
def turn_down(ref: Ref, username: str, code: str | None, *, as_json: bool) -> None:
    """Send asked version REF back to be a draft."""
    _act(ref, username, code, services.turn_down, as_json=as_json)


@click.command("withdraw")
@click.argument("ref", type=REFERENCE)
@person_options
@json_option
def withdraw(ref: Ref, username: str, code: str | None, *, as_json: bool) -> None:
    """Let go of version REF that is not published."""
    _act(ref, username, code, services.withdraw, as_json=as_json)


@click.command("versions")
@click.option("--controller", "slug", required=True)
@json_option
def versions(slug: str, *, as_json: bool) -> None:
    """List the versions of a controller's policy with what each waits for."""
    open_context()
    found = selectors.editions(controllers.controller(slug).ref)
    tell_rows(found, columns=_COLUMNS, as_json=as_json)


def _tell(version: NoticeVersionView, *, as_json: bool) -> None:
    if as_json:
        tell(version, as_json=True)
    else:
        told = {name: getattr(version, name) for name in _COLUMNS}
        tell(told, as_json=False)
