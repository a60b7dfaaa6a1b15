"""The choices that describe a call."""

from __future__ import annotations

from enum import StrEnum

from callward.accounts.states import Capability
from callward.audit.states import Event
from callward.kernel.errors import gettext_noop as _
from callward.policy.vocabulary import Role


class CallDirection(StrEnum):
    """Who rang whom, as the controller sees it."""

    IN = "in"
    OUT = "out"
    INTERNAL = "internal"


class Disposition(StrEnum):
    """How the call ended."""

    ANSWERED = "answered"
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class PartyRole(StrEnum):
    """What a party was in the call."""

    CALLER = "caller"
    CALLEE = "callee"
    AGENT = "agent"
    OTHER = "other"


class Told(StrEnum):
    """What the person was told and answered before the recording (DESIGN section 7)."""

    ANNOUNCED = "announced"
    ASKED = "asked"
    ASSERTED = "asserted"
    NONE = "none"
    UNKNOWN = "unknown"


class CallsCapability(Capability):
    """What a role lets a user do in this package."""

    SEE_CALLS = "see-calls", Role.SUPERVISOR, Role.CALL_REVIEWER, Role.DPO
    SEE_OWN_CALLS = "see-own-calls", Role.AGENT


class CallsEvent(Event):
    """What this package writes into the audit."""

    CALL_DELETED = "calls.call.deleted", _("The call was deleted.")
    CALL_KEPT = "calls.call.kept", _("The call was written down.")
    RAW_ROW_DELETED = (
        "calls.raw-row.deleted",
        _("The carrier's own record of the call was deleted."),
    )
