"""What the worker does for the phone line."""

from __future__ import annotations

import logging
from datetime import timedelta

from callward.controllers import selectors as controllers
from callward.controllers.errors import NoPolicyInForceError
from callward.holdings.kinds import COUNTED_DAY
from callward.jobs.services import every, register
from callward.kernel import calendar, clock
from callward.kernel.errors import CallwardError
from callward.kernel.references import parse_ref
from callward.retention.services import has_ended
from callward.telephony import services
from callward.telephony.states import COLLECT_TASK, COPY_TASK

_log = logging.getLogger(__name__)
_COPIES_AT_ONCE = 50
_DAYS_LOOKED_BACK = 3  # what came late explains yesterday's gap today


@every("* * * * *", "telephony.collect-waiting")
def collect_waiting() -> None:
    """Take in whatever waits in the spool."""
    report = services.collect(clock.now())
    if report.moved:
        _log.info("spool collected: %s in, %s without audio", report.taken_in, report.without_audio)


@register(COLLECT_TASK)
def collect_now() -> None:
    """The same, asked for by somebody who waits for it."""
    services.collect(clock.now())


@register(COPY_TASK)
def copy(ref: str) -> None:
    """Make the MP3 copy of one recording; one that went in the meantime needs none."""
    try:
        services.make_copy(parse_ref(ref), at=clock.now())
    except CallwardError:
        _log.info("copy not made: %s", ref)


@every("*/10 * * * *", "telephony.copy-waiting")
def copy_waiting() -> None:
    """Make the copies that nobody asked for, such as after a crash."""
    for ref in services.uncopied(_COPIES_AT_ONCE):
        copy(str(ref))


@every("*/5 * * * *", "telephony.publish")
def publish() -> None:
    """Give the line the policies in force, and keys for the coming fortnight."""
    services.publish_snapshot(clock.now())


@every("40 2 * * *", "telephony.count")
def count() -> None:
    """Match the days that are over: calls, ledgers, stored objects."""
    at = clock.now()
    for controller in controllers.controllers():
        try:
            zone = controllers.policy_in_force(controller.ref, at=at).zone
        except NoPolicyInForceError:
            continue
        today = calendar.local_day(at, zone=zone)
        for back in range(1, 1 + _DAYS_LOOKED_BACK):
            day = today - timedelta(days=back)
            began = calendar.start_of_day(day, zone=zone)
            # The records of a day that is over are deleted; to count it anew would miss them.
            if not has_ended(COUNTED_DAY, controller.ref, began=began, at=at):
                services.count_day(controller.ref, day, at=at)


@every("25 * * * *", "telephony.forget")
def forget() -> None:
    """Blank what unused permits named, and destroy the keys of spool days that are over."""
    at = clock.now()
    services.forget_unused_numbers(at)
    try:
        services.forget_spool_days(at)
    except CallwardError:
        _log.exception("spool days kept")
