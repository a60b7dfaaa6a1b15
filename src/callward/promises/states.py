"""The states of a check, and what a probe is answered with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.accounts.states import Capability
from callward.audit.states import Event
from callward.kernel.errors import gettext_noop as _
from callward.kernel.labels import Labelled
from callward.notices.states import CheckState
from callward.policy.vocabulary import Role

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.texts.states import CheckName, Probe


class Verdict(Labelled, family="verdict"):
    """What the officer said about a red check."""

    BROKEN = "broken", _("The promise was broken; say so in public.")  # the page says so at once
    MENDED = "mended", _("It was broken and is mended.")
    FALSE_ALARM = "false-alarm", _("False alarm: the check is wrong.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """The last look of one probe at one controller, as screens show it."""

    ref: Ref
    controller_ref: Ref
    probe: Probe
    kind: str
    state: CheckState
    looked_at: int
    wrong: int
    checked_at: datetime
    red_since: datetime | None
    verdict: Verdict | None
    judged_at: datetime | None

    @property
    def name(self) -> CheckName:
        """Under what it is kept, and asked for by the sentences that stand on it."""
        from callward.texts.states import CheckName  # noqa: PLC0415  # texts are slow to load

        return CheckName(self.probe, self.kind)

    @property
    def alarms(self) -> bool:
        """Whether the officer has to look."""
        return self.state in (CheckState.RED, CheckState.STALE)


class PromisesCapability(Capability):
    """What a role lets a user do in this package."""

    SEE_PROMISES = "see-promises", Role.SUPERVISOR, Role.DPO, Role.ADMINISTRATOR, Role.AUDITOR
    JUDGE_PROMISES = "judge-promises", Role.DPO


class PromisesEvent(Event):
    """What this package writes into the audit."""

    CHECK_JUDGED = "promises.check.judged", _("The officer judged a failed check.")
    CHECK_TURNED = "promises.check.turned", _("A check changed.")
    CHECK_TURNED_RED = "promises.check.turned-red", _("A check failed: a promise may be broken.")
