"""The choices that describe a call."""

from __future__ import annotations

from callward.accounts.states import Capability
from callward.audit.states import Event
from callward.kernel.errors import gettext_noop as _
from callward.kernel.labels import Labelled, pgettext
from callward.policy.vocabulary import Role


class CallDirection(Labelled, family="direction"):
    """Who rang whom, as the controller sees it."""

    IN = "in", _("Inbound")
    OUT = "out", _("Outbound")
    INTERNAL = "internal", _("Internal")


class Disposition(Labelled, family="disposition"):
    """How the call ended."""

    ANSWERED = "answered", _("Answered")
    NO_ANSWER = "no-answer", _("No answer")
    BUSY = "busy", _("Busy")
    FAILED = "failed", pgettext("call", "Failed")
    CANCELLED = "cancelled", pgettext("call", "Cancelled")
    UNKNOWN = "unknown", pgettext("call", "Unknown")


class PartyRole(Labelled, family="party"):
    """What a party was in the call."""

    CALLER = "caller", _("Caller")
    CALLEE = "callee", _("Called person")
    AGENT = "agent", _("Agent")
    OTHER = "other", _("Other person")


class Told(Labelled, family="told"):
    """What the person was told and answered before the recording (DESIGN section 7)."""

    ANNOUNCED = "announced", _("The caller heard the announcement.")
    ASKED = "asked", _("The person was asked and agreed.")
    ASSERTED = "asserted", _("The controller has signed that callers of this source are told.")
    NONE = "none", _("The caller was not told.")
    UNKNOWN = "unknown", _("Nothing shows whether the caller was told.")


class CallsCapability(Capability):
    """What a role lets a user do in this package."""

    SEE_CALLS = "see-calls", Role.SUPERVISOR, Role.CALL_REVIEWER, Role.DPO
    SEE_OWN_CALLS = "see-own-calls", Role.AGENT


class CallsEvent(Event):
    """What this package writes into the audit."""

    CALL_KEPT = "calls.call.kept", _("The call was written down.")
