"""The closed lists of words of the house side of the phone line."""

from __future__ import annotations

from callward.accounts.states import Capability
from callward.audit.states import Event
from callward.kernel.errors import gettext_noop as _
from callward.kernel.labels import Labelled, pgettext
from callward.line.states import EvidenceKind, NobodyThere, RecordingFate, Strategy
from callward.policy.vocabulary import Role

# The names of a part in the vault, of a fault, of a record's rule and of the worker's tasks.
LEDGER_PART = "ledger"
COPY_PART = "mp3"
LINE_FELL = "line-fell"
CALL_DETAIL = "call-detail"
COPY_TASK = "telephony.copy"
COLLECT_TASK = "telephony.collect"


class PresenceState(Labelled, family="presence"):
    """Whether an agent takes calls now."""

    AWAY = "away", _("Away")
    READY = "ready", _("Ready for calls")
    BUSY = "busy", _("In a call")
    WRAPPING_UP = "wrapping-up", _("Closing a call")


class GateWord(Labelled, family="gate"):
    """What the agent's screen says about the consent gate, in a word and in a sentence."""

    def __init__(self, _value: str, _words: str = "", sentence: str = "") -> None:
        """Keep the sentence too."""
        self.sentence = sentence

    RINGING = "ringing", _("Ringing"), _("Take the call on your phone.")
    NOT_TOLD = (
        "not-told",
        _("Not told yet"),
        _("Nobody was told yet. Wait until the announcement is over."),
    )
    TOLD = "told", _("Told"), _("The person hears or has heard that the call may be recorded.")
    ASKED = "asked", _("Asked"), _("The person is asked. Nothing is recorded before a yes.")
    AGREED = "agreed", _("Agreed"), _("The person agreed. The recording begins.")
    RECORDING = (
        "recording",
        _("Being recorded"),
        _("The person was told, and the call is being recorded."),
    )
    REFUSED = (
        "refused",
        _("Refused"),
        _("The person refused. Nothing of this call is kept as sound."),
    )
    PAUSED = (
        "paused",
        _("Paused"),
        _("Nothing is recorded now. It goes on by itself after the longest pause."),
    )
    STOPPED = (
        "stopped",
        pgettext("recording", "Stopped"),
        _("The recording was stopped and does not begin again in this call."),
    )
    BLOCKED = (
        "blocked",
        _("Not recorded now"),
        _("Something that recording needs is missing. The call goes on unrecorded."),
    )
    UNRECORDED = "unrecorded", _("Not recorded"), _("This call is not recorded.")


class PromptSource(Labelled, family="prompt-source"):
    """Whose voice speaks a prompt."""

    VOICE = "voice", _("Default voice")  # made by the default voice and shipped
    STUDIO = "studio", _("Studio recording")  # uploaded by the controller


class RingBackKind(Labelled, family="ring-back"):
    """Why somebody waits to be rung back."""

    ASKED = "asked", _("Asked to be rung back")
    MISSED = "missed", _("Missed call")
    VOICEMAIL = "voicemail", _("Left a message")


class CallOutcome(Labelled, family="outcome"):
    """How an agent closes a call (D-18)."""

    SETTLED = "settled", _("Settled")
    TO_RING_BACK = "to-ring-back", _("To be rung back")
    PASSED_ON = "passed-on", _("Passed on")
    NOBODY_THERE = "nobody-there", _("Nobody there")
    WRONG_NUMBER = "wrong-number", _("Wrong number")


class Explanation(Labelled, family="explanation"):
    """Why a call of a day has a recording or none; those of `ALARMS` explain nothing."""

    RECORDED = "recorded", _("Recorded")
    RECORDED_WITH_PAUSE = "recorded-with-pause", _("Recorded, with a pause")
    STOPPED = "stopped", _("Recorded until it was stopped")
    REFUSED = "refused", _("The person refused")
    BLOCKED = "blocked", _("Recording was not possible, and the line said so")
    NOT_ANSWERED = "not-answered", _("Nobody answered")
    NOT_FOR_RECORDING = "not-for-recording", _("The policy wants no recording of such a call")
    DEGRADED = "degraded", _("The phone line fell; what was recorded until then is kept")
    DESTROYED = "destroyed", _("Destroyed on its day")
    QUARANTINED = "quarantined", _("Waits in quarantine for a decision")
    WAITING = "waiting", _("Still in the spool")
    CAME_LATE = "came-late", _("Not collected for more than a day")
    LOST_CALL = "lost-call", _("The line began this call, and nothing of it arrived")
    LOST_RECORDING = "lost-recording", _("It was recorded, and the recording is not there")
    KEPT_THOUGH_REFUSED = "kept-though-refused", _("There is sound although the person refused")
    LEDGER_MISSING = "ledger-missing", _("Nothing proves what the person was told")
    LEDGER_BROKEN = "ledger-broken", _("The ledger was changed")
    CANNOT_BE_DECODED = "cannot-be-decoded", _("The recording cannot be played")


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
    RECORDING_STOPPED = "telephony.recording.stopped", _("An agent stopped a recording.")
    RING_BACK_SETTLED = "telephony.ring-back.settled", _("Somebody was rung back.")
    SETTING_CHANGED = "telephony.setting.changed", _("A setting of the phone line was changed.")
