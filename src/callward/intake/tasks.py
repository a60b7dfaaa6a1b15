"""What the worker does for intake."""

from __future__ import annotations

import logging
from pathlib import Path

from django.conf import settings

from callward.controllers import selectors as controllers
from callward.controllers.errors import NoPolicyInForceError
from callward.intake import services
from callward.intake.errors import InboxMissingError, RecordsNoCallsError
from callward.jobs.services import every
from callward.kernel import clock
from callward.kernel.actors import system_actor
from callward.vault.errors import ObjectStoreError

POLLING = system_actor("intake.poll")
_log = logging.getLogger(__name__)


@every("* * * * *", "intake.poll")
def poll() -> None:
    """Look into the inbox of every controller whose policy records calls."""
    for controller in controllers.controllers():
        inbox = Path(settings.CALLWARD_DATA) / "inbox" / controller.slug
        try:
            report = services.take_in_folder(inbox, controller.ref, actor=POLLING, at=clock.now())
        except (InboxMissingError, RecordsNoCallsError, NoPolicyInForceError):
            continue  # no folder was made for it, or it records nothing: there is nothing to take
        except ObjectStoreError as error:
            # Nothing of it was deleted at its source; the next look takes it in.
            _log.error("inbox of %s waits for the object store: %s", controller.ref, error.code)
            continue
        except Exception:  # noqa: BLE001  # whatever one inbox holds, the others are emptied
            _log.exception("inbox of %s not taken in", controller.ref)
            continue
        if report.moved:
            _log.info("inbox emptied: %s", controller.ref)


@every("17 3 * * *", "intake.recover")
def recover() -> None:
    """Discard what a crash left sealed and unwritten."""
    services.recover(clock.now())
