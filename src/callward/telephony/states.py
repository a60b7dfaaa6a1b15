"""The closed lists of words of the house side of the phone line."""

from __future__ import annotations

from enum import StrEnum

from callward.accounts.states import Capability
from callward.audit.states import Event
from callward.kernel.errors import gettext_noop as _
from callward.line.snapshot import NobodyThere, Strategy
from callward.line.states import EvidenceKind, RecordingFate
from callward.policy.vocabulary import Role

__all__ = [
    "ALARMS",
    "CALL_DETAIL",
    "COLLECT_TASK",
    "COPY_PART",
    "COPY_TASK",
    "LEDGER_PART",
    "LINE_FELL",
    "CallOutcome",
    "EvidenceKind",
    "Explanation",
    "GateWord",
    "NobodyThere",
    "PresenceState",
    "PromptSource",
    "RecordingFate",
    "RingBackKind",
    "Strategy",
    "TelephonyEvent",
]


# The names of a part in the vault, of a fault, of a record's rule and of the worker's tasks.
LEDGER_PART = "ledger"
COPY_PART = "mp3"
LINE_FELL = "line-fell"
CALL_DETAIL = "call-detail"
COPY_TASK = "telephony.copy"
COLLECT_TASK = "telephony.collect"


class PresenceState(StrEnum):
    """Whether an agent takes calls now."""

    AWAY = "away"
    READY = "ready"
    BUSY = "busy"
    WRAPPING_UP = "wrapping-up"


class GateWord(StrEnum):
    """What the agent's screen says about the consent gate."""

    RINGING = "ringing"
    NOT_TOLD = "not-told"
    TOLD = "told"
    ASKED = "asked"
    AGREED = "agreed"
    RECORDING = "recording"
    REFUSED = "refused"
    PAUSED = "paused"
    STOPPED = "stopped"
    BLOCKED = "blocked"
    UNRECORDED = "unrecorded"


class PromptSource(StrEnum):
    """Whose voice speaks a prompt."""

    VOICE = "voice"  # made by the default voice and shipped
    STUDIO = "studio"  # uploaded by the controller


class RingBackKind(StrEnum):
    """Why somebody waits to be rung back."""

    ASKED = "asked"
    MISSED = "missed"
    VOICEMAIL = "voicemail"


class CallOutcome(StrEnum):
    """How an agent closes a call (D-18)."""

    SETTLED = "settled"
    TO_RING_BACK = "to-ring-back"
    PASSED_ON = "passed-on"
    NOBODY_THERE = "nobody-there"
    WRONG_NUMBER = "wrong-number"


class Explanation(StrEnum):
    """Why a call of a day has a recording or none; those of `ALARMS` explain nothing."""

    RECORDED = "recorded"
    RECORDED_WITH_PAUSE = "recorded-with-pause"
    STOPPED = "stopped"
    REFUSED = "refused"
    BLOCKED = "blocked"
    NOT_ANSWERED = "not-answered"
    NOT_FOR_RECORDING = "not-for-recording"
    DEGRADED = "degraded"
    DESTROYED = "destroyed"
    QUARANTINED = "quarantined"
    WAITING = "waiting"
    CAME_LATE = "came-late"
    LOST_CALL = "lost-call"
    LOST_RECORDING = "lost-recording"
    KEPT_THOUGH_REFUSED = "kept-though-refused"
    LEDGER_MISSING = "ledger-missing"
    LEDGER_BROKEN = "ledger-broken"
    CANNOT_BE_DECODED = "cannot-be-decoded"


ALARMS = frozenset(
    {
        Explanation.LOST_CALL,
        Explanation.LOST_RECORDING,
        Explanation.KEPT_THOUGH_REFUSED,
        Explanation.LEDGER_MISSING,
        Explanation.LEDGER_BROKEN,
        Explanation.CANNOT_BE_DECODED,
    }
)


class TelephonyCapability(Capability):
    """What a role lets a user do in this package."""

    USE_DESK = "use-desk", Role.AGENT, Role.SUPERVISOR
    SEE_LINE = "see-line", Role.SUPERVISOR, Role.DPO, Role.ADMINISTRATOR
    MANAGE_LINE = "manage-line", Role.ADMINISTRATOR


class TelephonyEvent(Event):
    """What this package writes into the audit."""

    ANSWER_NOTED = "telephony.answer.noted", _("An agent noted what the person answered.")
    CALL_COLLECTED = "telephony.call.collected", _("A call of the phone line was collected.")
    CALL_WRAPPED_UP = "telephony.call.wrapped-up", _("An agent closed a call.")
    COMPLAINT_OPENED = "telephony.complaint.opened", _("A complaint was opened and its call held.")
    COPY_MADE = "telephony.copy.made", _("An MP3 copy was made beside the recording.")
    DAY_COUNTED = "telephony.day.counted", _("The calls of a day were counted.")
    GAP_JUDGED = "telephony.gap.judged", _("A missing recording was judged.")
    PAUSE_BEGUN = "telephony.pause.begun", _("A recording was paused.")
    PAUSE_ENDED = "telephony.pause.ended", _("A paused recording went on.")
    PERMIT_GIVEN = "telephony.permit.given", _("A call out was permitted.")
    PROMPT_UPLOADED = "telephony.prompt.uploaded", _("A spoken prompt was uploaded.")
    RECORD_DELETED = "telephony.record.deleted", _("The record of an unrecorded call was deleted.")
    RECORDING_STOPPED = "telephony.recording.stopped", _("An agent stopped a recording.")
    RING_BACK_SETTLED = "telephony.ring-back.settled", _("Somebody was rung back.")
    SETTING_CHANGED = "telephony.setting.changed", _("A setting of the phone line was changed.")
