"""Recordings that came after a backup: a restore took their rows, and quarantine keeps them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from callward.intake.arrivals import Candidate, Suspect
from callward.intake.context import open_context
from callward.intake.quarantine_store import quarantine_group
from callward.intake.states import QuarantineReason
from callward.intake.triage import arrival_of
from callward.kernel import calendar
from callward.kernel.actors import system_actor
from callward.kernel.errors import CallwardError
from callward.kernel.references import parse_ref
from callward.vault import services as vault
from callward.vault.states import AUDIO

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from callward.intake.context import IntakeContext
    from callward.kernel.references import Ref

_ADOPTION = system_actor("intake.adopt")


def adopt(refs: Iterable[Ref], *, at: datetime) -> int:
    """Seal again, in quarantine, what its key still opens and what is not past due.

    Doing it twice gives one: the same bytes for the same reason wait once. The first copies stay
    for the caller to discard.
    """
    by_controller: dict[Ref, list[Ref]] = defaultdict(list)
    for ref in refs:
        if vault.has_key(ref):
            by_controller[_controller_of(vault.epoch_of(ref))].append(ref)
    return sum(_adopt_of(controller, each, at=at) for controller, each in by_controller.items())


def _controller_of(epoch: str) -> Ref:
    return parse_ref(epoch.split("/")[1])


def _adopt_of(controller_ref: Ref, refs: Iterable[Ref], *, at: datetime) -> int:
    try:
        context = open_context(controller_ref, actor=_ADOPTION, at=at)
    except CallwardError:  # a controller that the restored database does not know, or no recording
        return 0
    suspects = [suspect for ref in refs if (suspect := _suspect(ref, context)) is not None]
    return len(quarantine_group(suspects, context)) if suspects else 0


def _suspect(ref: Ref, context: IntakeContext) -> Suspect | None:
    if _is_past_due(vault.epoch_of(ref), context):
        return None
    try:
        reader = vault.open_part(ref, AUDIO)
        audio = reader.read(0, reader.plain_size)
    except CallwardError:  # nothing whole lies there: a crash left it, and its source still exists
        return None
    kind = min(context.rules.imports)
    arrival = arrival_of(Candidate(kind=kind, size=len(audio)), audio)
    return Suspect(arrival=arrival, reason=QuarantineReason.ROWS_LOST)


def _is_past_due(epoch: str, context: IntakeContext) -> bool:
    try:
        due = date.fromisoformat(epoch.rpartition("/")[2])
    except ValueError:  # an open epoch, or a hold's
        return False
    return due <= calendar.local_day(context.at, zone=context.policy.zone)
