"""What the worker does by itself, and when; periods of people's rights are in the policies."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from callward.audit import services as audit
from callward.controllers import selectors as controllers
from callward.intake import services as intake
from callward.jobs.services import every
from callward.kernel import clock
from callward.kernel.actors import system_actor
from callward.kernel.errors import CallwardError
from callward.ops.folders import chosen_folder
from callward.retention import services as retention

if TYPE_CHECKING:
    from callward.ops.house import House

_log = logging.getLogger("callward.ops.schedule")
WORKER = system_actor("worker")


def finish_what_a_crash_left(house: House) -> None:
    """Before any other work: finish destructions half done, discard what nobody knows."""
    retention.finish_open_disposals(house.at)
    intake.recover(house.at)


def destroy_what_is_due() -> None:
    """Destroy everything due and not held; nothing lives on for fifteen minutes."""
    retention.run_disposal(None, actor=WORKER, at=clock.now())


def sign_the_audit() -> None:
    """Sign what the audit tree is now."""
    audit.checkpoint(at=clock.now())


def empty_the_inbox() -> None:
    """Take in what carriers put into the folders of the controllers."""
    inbox = chosen_folder().inbox
    for view in controllers.controllers():
        folder = inbox / view.slug
        if not folder.is_dir() or not any(folder.iterdir()):
            continue
        try:
            intake.take_in_folder(folder, view.ref, actor=WORKER, at=clock.now())
        except CallwardError as error:
            _log.warning("inbox of %s not taken in: %s", view.ref, error.code)


def plan_the_day() -> None:
    """Tell the jobs what to do when."""
    every("*/5 * * * *", "retention.destroy-due")(destroy_what_is_due)
    every("* * * * *", "audit.sign")(sign_the_audit)
    every("* * * * *", "intake.empty-inbox")(empty_the_inbox)
