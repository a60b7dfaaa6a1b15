"""The words people read for what the phone line says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from callward.line.states import Entry, EvidenceKind, RecordingFate
from callward.policy.vocabulary import OutboundReason, PromptKey
from callward.policy.vocabulary_calls import PauseReason
from callward.telephony.states import (
    CallOutcome,
    Explanation,
    GateWord,
    NobodyThere,
    PresenceState,
    PromptSource,
    RingBackKind,
    Strategy,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LANGUAGE_NAMES = {"en": "English", "ro": "Română", "bg": "Български", "lt": "Lietuvių"}

LINE_LABELS: dict[str, dict[str, str | _StrPromise]] = {
    "presence": {
        PresenceState.AWAY: _("Away"),
        PresenceState.READY: _("Ready for calls"),
        PresenceState.BUSY: _("In a call"),
        PresenceState.WRAPPING_UP: _("Closing a call"),
    },
    "gate": {
        GateWord.RINGING: _("Ringing"),
        GateWord.NOT_TOLD: _("Not told yet"),
        GateWord.TOLD: _("Told"),
        GateWord.ASKED: _("Asked"),
        GateWord.AGREED: _("Agreed"),
        GateWord.RECORDING: _("Being recorded"),
        GateWord.REFUSED: _("Refused"),
        GateWord.PAUSED: _("Paused"),
        GateWord.STOPPED: pgettext_lazy("recording", "Stopped"),
        GateWord.BLOCKED: _("Not recorded now"),
        GateWord.UNRECORDED: _("Not recorded"),
    },
    "gate-sentence": {
        GateWord.RINGING: _("Take the call on your phone."),
        GateWord.NOT_TOLD: _("Nobody was told yet. Wait until the announcement is over."),
        GateWord.TOLD: _("The person hears or has heard that the call may be recorded."),
        GateWord.ASKED: _("The person is asked. Nothing is recorded before a yes."),
        GateWord.AGREED: _("The person agreed. The recording begins."),
        GateWord.RECORDING: _("The person was told, and the call is being recorded."),
        GateWord.REFUSED: _("The person refused. Nothing of this call is kept as sound."),
        GateWord.PAUSED: _(
            "Nothing is recorded now. It goes on by itself after the longest pause."
        ),
        GateWord.STOPPED: _("The recording was stopped and does not begin again in this call."),
        GateWord.BLOCKED: _(
            "Something that recording needs is missing. The call goes on unrecorded."
        ),
        GateWord.UNRECORDED: _("This call is not recorded."),
    },
    "dial-reason": {
        OutboundReason.BOOKING: _("A booking"),
        OutboundReason.EARLIER_CONTACT: _("An earlier contact"),
        OutboundReason.COMPLAINT: _("A complaint"),
        OutboundReason.CONTRACT: _("A contract"),
        OutboundReason.ORDER: _("An order"),
    },
    "pause-reason": {
        PauseReason.CARD_PAYMENT: _("Card payment"),
        PauseReason.PASSWORD: _("Password or code"),
        PauseReason.HEALTH_DETAIL: _("Health detail"),
        PauseReason.THIRD_PARTY_PRESENT: _("Somebody else is present"),
        PauseReason.CALLER_ASKED: _("The caller asked for it"),
    },
    "outcome": {
        CallOutcome.SETTLED: _("Settled"),
        CallOutcome.TO_RING_BACK: _("To be rung back"),
        CallOutcome.PASSED_ON: _("Passed on"),
        CallOutcome.NOBODY_THERE: _("Nobody there"),
        CallOutcome.WRONG_NUMBER: _("Wrong number"),
    },
    "ring-back": {
        RingBackKind.ASKED: _("Asked to be rung back"),
        RingBackKind.MISSED: _("Missed call"),
        RingBackKind.VOICEMAIL: _("Left a message"),
    },
    "strategy": {
        Strategy.RING_ALL: _("Every phone rings"),
        Strategy.LONGEST_IDLE: _("Whoever waited longest"),
    },
    "nobody": {
        NobodyThere.CALLBACK: _("Offer to ring back"),
        NobodyThere.VOICEMAIL: _("Take a message"),
        NobodyThere.GOODBYE: _("Say goodbye"),
    },
    "prompt-source": {
        PromptSource.VOICE: _("Default voice"),
        PromptSource.STUDIO: _("Studio recording"),
    },
    "prompt": {
        PromptKey.LANGUAGE_CHOICE: _("Choice of language"),
        PromptKey.ANNOUNCEMENT_INBOUND: _("Announcement to callers"),
        PromptKey.ANNOUNCEMENT_OUTBOUND: _("Announcement to people who are called"),
        PromptKey.CONSENT_QUESTION: _("Question for consent"),
        PromptKey.THANKS_AGREED: _("Thanks for agreeing"),
        PromptKey.GOES_ON_UNRECORDED: _("The call goes on unrecorded"),
        PromptKey.UNRECORDED_WAYS: _("Other ways without recording"),
        PromptKey.RECORDING_STOPPED: _("The recording was stopped"),
        PromptKey.NOT_RECORDED_NOW: _("This call is not recorded now"),
        PromptKey.NEW_PARTY_TOLD: _("Announcement to a new party"),
        PromptKey.GREETING_UNRECORDED: _("Greeting of a line without recording"),
        PromptKey.PLEASE_WAIT: _("Please wait"),
        PromptKey.ALL_BUSY: _("Everybody is busy"),
        PromptKey.CALLBACK_NOTED: _("Ringing back is noted"),
        PromptKey.CLOSED: _("The line is closed"),
        PromptKey.HOLIDAY: _("The line is closed for a holiday"),
        PromptKey.VOICEMAIL: _("Leave a message"),
        PromptKey.GOODBYE: _("Goodbye"),
    },
    "evidence": {
        EvidenceKind.ANNOUNCED_AND_CONTINUED: _("Announced, and the caller went on"),
        EvidenceKind.DIGIT: _("Agreed by pressing a key"),
        EvidenceKind.SPOKEN_AND_CLICKED: _("Agreed aloud, noted by the agent"),
        EvidenceKind.NONE_NEEDED: _("Announced; the legal basis is not consent"),
    },
    "fate": {
        RecordingFate.STORED: _("Recorded and stored"),
        RecordingFate.ABSENT: _("Not recorded"),
        RecordingFate.REFUSED: _("Refused: nothing was kept"),
        RecordingFate.BLOCKED: _("Not recorded: something that recording needs was missing"),
        RecordingFate.DEGRADED: _("Recorded until the phone line fell"),
        RecordingFate.FAILED: _("The recording was lost"),
    },
    "explanation": {
        Explanation.RECORDED: _("Recorded"),
        Explanation.RECORDED_WITH_PAUSE: _("Recorded, with a pause"),
        Explanation.STOPPED: _("Recorded until it was stopped"),
        Explanation.REFUSED: _("The person refused"),
        Explanation.BLOCKED: _("Recording was not possible, and the line said so"),
        Explanation.NOT_ANSWERED: _("Nobody answered"),
        Explanation.NOT_FOR_RECORDING: _("The policy wants no recording of such a call"),
        Explanation.DEGRADED: _("The phone line fell; what was recorded until then is kept"),
        Explanation.DESTROYED: _("Destroyed on its day"),
        Explanation.QUARANTINED: _("Waits in quarantine for a decision"),
        Explanation.WAITING: _("Still in the spool"),
        Explanation.CAME_LATE: _("Not collected for more than a day"),
        Explanation.LOST_CALL: _("The line began this call, and nothing of it arrived"),
        Explanation.LOST_RECORDING: _("It was recorded, and the recording is not there"),
        Explanation.KEPT_THOUGH_REFUSED: _("There is sound although the person refused"),
        Explanation.LEDGER_MISSING: _("Nothing proves what the person was told"),
        Explanation.LEDGER_BROKEN: _("The ledger was changed"),
        Explanation.CANNOT_BE_DECODED: _("The recording cannot be played"),
    },
    "entry": {
        Entry.CALL_BEGUN: _("The call began."),
        Entry.LANGUAGE_CHOSEN: _("The language was chosen."),
        Entry.ANNOUNCEMENT_BEGUN: _("An announcement began."),
        Entry.ANNOUNCEMENT_ENDED: _("The announcement was heard to its end."),
        Entry.ASKED: _("The person was asked for consent."),
        Entry.DIGIT: _("The person pressed a key."),
        Entry.CLICKED: _("The agent noted the answer."),
        Entry.AGREED: _("The person agreed."),
        Entry.REFUSED: _("The person refused."),
        Entry.BLOCKED: _("Recording was not possible."),
        Entry.RANG: _("An agent's phone rang."),
        Entry.CONNECTED: _("An agent took the call."),
        Entry.OPENED: _("The recording began."),
        Entry.PAUSED: _("The recording was paused."),
        Entry.RESUMED: _("The recording went on."),
        Entry.STOPPED: _("The recording was stopped."),
        Entry.TRANSFERRED: _("The call was passed on."),
        Entry.CALLBACK_NOTED: _("The caller asked to be rung back."),
        Entry.SHUT: _("The call ended; nothing can be added."),
    },
    "weekday": {
        "0": _("Monday"),
        "1": _("Tuesday"),
        "2": _("Wednesday"),
        "3": _("Thursday"),
        "4": _("Friday"),
        "5": _("Saturday"),
        "6": _("Sunday"),
    },
}
