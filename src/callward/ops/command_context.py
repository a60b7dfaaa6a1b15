"""Opening the house for a command: who asks, at which instant, and that nothing is pending."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import click

from callward.kernel import clock
from callward.kernel.actors import Actor, system_actor
from callward.ops.data_folder import DataFolder, chosen_folder
from callward.ops.errors import (
    ClockNotMarkedError,
    MoveUnfinishedError,
    NotKeyOwnerError,
    NotSetUpError,
)
from callward.ops.folder_mark import is_marked

if TYPE_CHECKING:
    from datetime import datetime

SETTINGS = "callward.config.settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContext:
    """One Callward as a command sees it."""

    folder: DataFolder
    actor: Actor
    at: datetime

    def act_at(self, asked: datetime | None, *, only_look: bool) -> datetime:
        """The instant to act at; another one than now is for looking, or for a demonstration."""
        if asked is None:
            return self.at
        if not only_look and not is_marked(self.folder):
            raise ClockNotMarkedError
        return asked


def command_actor() -> Actor:
    """Name the person at the keyboard by the machine's user number."""
    return system_actor(f"command:uid-{os.getuid()}")


def load() -> None:
    """Load Django and wire the ports."""
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    import django  # noqa: PLC0415  # commands that need no house start without it

    django.setup(set_prefix=False)  # only pages have addresses


def late_command(module: str, name: str, *, light: bool = False) -> click.Command:
    """A command whose module is imported when it is called; a light one needs no Django."""
    if not light:
        load()
    found = getattr(import_module(f"callward.ops.commands.{module}"), name)
    assert isinstance(found, click.Command)
    return found


def open_context(*, before_replay: bool = False, in_move: bool = False) -> CommandContext:
    """Let in the owner of the root key, unless the folder is not set up or awaits its replay.

    Nor does anything open while its rows are being moved: what it wrote might stay behind.
    """
    folder = chosen_folder()
    if not folder.is_made():
        raise NotSetUpError
    if os.getuid() != folder.keys.stat().st_uid:
        raise NotKeyOwnerError
    if folder.move.exists() and not in_move:
        raise MoveUnfinishedError
    load()
    house = CommandContext(folder=folder, actor=command_actor(), at=clock.now())
    if not before_replay:
        refuse_before_replay()
    return house


def refuse_before_replay() -> None:
    """After a restore nothing opens before the destroyed-ledger is replayed (D-03)."""
    from callward.vault import services as vault  # noqa: PLC0415  # after Django
    from callward.vault.errors import ReplayAwaitedError  # noqa: PLC0415  # after Django

    if vault.awaiting_replay():
        raise ReplayAwaitedError
