"""What the worker does by itself, and when; periods of people's rights are in the policies."""

from __future__ import annotations

import logging

from callward.audit import services as audit
from callward.controllers import selectors as controllers
from callward.intake import services as intake
from callward.jobs.services import every
from callward.kernel import clock
from callward.kernel.actors import system_actor
from callward.kernel.errors import CallwardError
from callward.ops.folders import chosen_folder

_log = logging.getLogger("callward.ops.tasks")
WORKER = system_actor("worker")


@every("* * * * *", "audit.sign")
def sign_the_audit() -> None:
    """Sign what the audit tree is now."""
    audit.checkpoint(at=clock.now())


@every("* * * * *", "intake.empty-inbox")
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
