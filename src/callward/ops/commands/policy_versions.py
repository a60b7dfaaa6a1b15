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


def _by_person(name: str, act: Callable[..., NoticeVersionView], *, says: str) -> click.Command:
    """A command by which a known person does one thing to a version."""

    @click.command(name, help=says)
    @click.argument("ref", type=REFERENCE)
    @person_options
    @json_option
    def command(ref: Ref, username: str, code: str | None, *, as_json: bool) -> None:
        house = open_context()
        _tell(act(ref, actor=actor_of(username, code), at=house.at), as_json=as_json)

    return command


ask = _by_person(
    "ask",
    services.ask_approval,
    says="Ask a second person to approve draft REF, or begin the delay that the policy names.",
)
approve = _by_person(
    "approve",
    services.approve,
    says="Stand behind version REF that somebody else asked for; it takes effect on its day.",
)
turn_down = _by_person(
    "turn-down", services.turn_down, says="Send asked version REF back to be a draft."
)
withdraw = _by_person(
    "withdraw", services.withdraw, says="Let go of version REF that is not published."
)


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
