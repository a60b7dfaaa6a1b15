"""Looking, writing down what was seen, and judging what is red."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit.services import record
from callward.kernel.actors import system_actor
from callward.promises.errors import CheckNotRedError, CheckUnknownError
from callward.promises.models import Check, Turn
from callward.promises.probe_context import glance, glances
from callward.promises.registry import CannotLookError, every_probe
from callward.promises.selectors import check_view
from callward.promises.states import CheckState, PromisesEvent, Verdict
from callward.texts.states import CheckName, Probe

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.promises.probe_context import ProbeContext
    from callward.promises.registry import Look
    from callward.promises.states import CheckView

_log = logging.getLogger(__name__)
_LOOKER = system_actor("promises.check")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What one look saw."""

    state: CheckState
    looked_at: int = 0
    wrong: int = 0


def check_all(*, at: datetime, heard: Callable[[], None] | None = None) -> list[CheckView]:
    """Let every probe look at every controller."""
    return [view for seen in glances(at=at) for view in _check(seen, heard=heard or (lambda: None))]


def check_controller(controller_ref: Ref, *, at: datetime) -> list[CheckView]:
    """Let every probe look at one controller."""
    seen = glance(controller_ref, at=at)
    return [] if seen is None else _check(seen, heard=lambda: None)


def _check(seen: ProbeContext, *, heard: Callable[[], None]) -> list[CheckView]:
    found = []
    for name, look in sorted(every_probe().items()):
        found.append(_write_down(seen, name, _look(look, seen, name)))
        heard()
    return found


def _look(look: Look, seen: ProbeContext, name: CheckName) -> _Seen:
    """A probe that breaks has not seen anything green: it stays unchecked, and the log says so."""
    try:
        count = look(seen)
    except CannotLookError:
        return _Seen(state=CheckState.UNCHECKED)
    except Exception as error:  # noqa: BLE001  # one broken probe may not blind the others
        # The kind alone: a traceback could hold a person.
        _log.error("probe broke: %s %s", name, type(error).__name__)
        return _Seen(state=CheckState.UNCHECKED)
    if count is None:
        return _Seen(state=CheckState.NOT_APPLICABLE)
    state = CheckState.RED if count.wrong else CheckState.GREEN
    return _Seen(state=state, looked_at=count.looked_at, wrong=count.wrong)


def _write_down(glanced: ProbeContext, name: CheckName, seen: _Seen) -> CheckView:
    with transaction.atomic():
        whose = {"controller_ref": glanced.controller_ref, **name._asdict()}
        row = Check.objects.filter(**whose).first() or Check(**whose)
        turned = row.state != seen.state
        row.state, row.looked_at, row.wrong = seen.state, seen.looked_at, seen.wrong
        row.policy_id, row.checked_at = glanced.policy_id, glanced.at
        if turned:
            _turn(row, at=glanced.at)
        row.save()
    return check_view(row, at=glanced.at)


def _turn(row: Check, *, at: datetime) -> None:
    """A change of colour is written down for good, and red starts its own clock."""
    row.red_since = at if row.state == CheckState.RED else None
    row.verdict, row.judged_at, row.judged_by = "", None, ""
    Turn(
        controller_ref=row.controller_ref,
        probe=row.probe,
        kind=row.kind,
        state=row.state,
        wrong=row.wrong,
        policy_id=row.policy_id,
        turned_at=at,
    ).save()
    red = row.state == CheckState.RED
    event = PromisesEvent.CHECK_TURNED_RED if red else PromisesEvent.CHECK_TURNED
    record(
        event,
        item=row.ref,
        actor=_LOOKER,
        at=at,
        owner=row.controller_ref,
        probe=str(CheckName(Probe(row.probe), row.kind)),
        state=row.state,
        wrong=row.wrong,
    )


def judge(check_ref: Ref, verdict: Verdict, *, actor: Actor, at: datetime) -> CheckView:
    """Write down what the officer says of a red check; raises CheckNotRedError for any other."""
    with transaction.atomic():
        row = Check.objects.select_for_update().filter(ref=check_ref).first()
        if row is None:
            raise CheckUnknownError(ref=check_ref)
        if row.state != CheckState.RED:
            raise CheckNotRedError(ref=check_ref)
        row.verdict, row.judged_at, row.judged_by = verdict, at, str(actor)
        row.save(update_fields=["verdict", "judged_at", "judged_by"])
        record(
            PromisesEvent.CHECK_JUDGED,
            item=row.ref,
            actor=actor,
            at=at,
            probe=str(CheckName(Probe(row.probe), row.kind)),
            verdict=verdict,
        )
    return check_view(row, at=at)
