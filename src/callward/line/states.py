"""The closed lists of words of the phone line."""

from __future__ import annotations

from enum import StrEnum

from callward.kernel.errors import gettext_noop as _
from callward.kernel.labels import Labelled


class Codec(StrEnum):
    """The two forms of G.711, named as SDP names them."""

    PCMA = "PCMA"
    PCMU = "PCMU"


class Party(StrEnum):
    """Whose voice a channel carries; the outer party is channel 0, the agent's side channel 1."""

    OUTER = "outer"
    AGENT = "agent"


class GateState(StrEnum):
    """Whether frames reach the writer; only `open` lets them through."""

    CLOSED = "closed"
    OPEN = "open"
    PAUSED = "paused"
    SHUT = "shut"


class EvidenceKind(Labelled, family="evidence"):
    """By what it can be shown that a recording was allowed to start."""

    ANNOUNCED_AND_CONTINUED = "announced-and-continued", _("Announced, and the caller went on")
    DIGIT = "digit", _("Agreed by pressing a key")
    SPOKEN_AND_CLICKED = "spoken-and-clicked", _("Agreed aloud, noted by the agent")
    NONE_NEEDED = "none-needed", _("Announced; the legal basis is not consent")


class Entry(Labelled, family="entry"):
    """What a call's ledger can hold, in the order of a life."""

    CALL_BEGUN = "call-begun", _("The call began.")
    LANGUAGE_CHOSEN = "language-chosen", _("The language was chosen.")
    ANNOUNCEMENT_BEGUN = "announcement-begun", _("An announcement began.")
    ANNOUNCEMENT_ENDED = "announcement-ended", _("The announcement was heard to its end.")
    ASKED = "asked", _("The person was asked for consent.")
    DIGIT = "digit", _("The person pressed a key.")
    CLICKED = "clicked", _("The agent noted the answer.")
    AGREED = "agreed", _("The person agreed.")
    REFUSED = "refused", _("The person refused.")
    BLOCKED = "blocked", _("Recording was not possible.")
    RANG = "rang", _("An agent's phone rang.")
    CONNECTED = "connected", _("An agent took the call.")
    OPENED = "opened", _("The recording began.")
    PAUSED = "paused", _("The recording was paused.")
    RESUMED = "resumed", _("The recording went on.")
    STOPPED = "stopped", _("The recording was stopped.")
    TRANSFERRED = "transferred", _("The call was passed on.")
    CALLBACK_NOTED = "callback-noted", _("The caller asked to be rung back.")
    SHUT = "shut", _("The call ended; nothing can be added.")


class RecordingFate(Labelled, family="fate"):
    """What became of the recording of one call; nothing asked for may be silently missing."""

    STORED = "stored", _("Recorded and stored")
    ABSENT = "absent", _("Not recorded")
    REFUSED = "refused", _("Refused: nothing was kept")
    BLOCKED = "blocked", _("Not recorded: something that recording needs was missing")
    DEGRADED = "degraded", _("Recorded until the phone line fell")
    FAILED = "failed", _("The recording was lost")


class HangUp(StrEnum):
    """Why a leg ended."""

    BYE_FROM_PEER = "bye-from-peer"
    CANCELLED = "cancelled"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    BY_US = "by-us"
    TIMED_OUT = "timed-out"


class CallEvent(StrEnum):
    """What the line tells the house side while it happens; with references only."""

    BEGUN = "call-begun"
    RINGS = "call-rings"
    RINGS_NO_MORE = "call-rings-no-more"
    ANSWERED = "call-answered"
    TOLD = "told"
    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    BLOCKED = "blocked"
    OPENED = "opened"
    PAUSED = "paused"
    RESUMES_SOON = "resumes-soon"
    RESUMED = "resumed"
    STOPPED = "stopped"
    HELD = "held"
    TRANSFERRED = "transferred"
    TRANSFER_FAILED = "transfer-failed"
    CALLBACK_WANTED = "callback-wanted"
    MISSED = "call-missed"
    LOST = "call-lost"
    ENDED = "call-ended"
    PRESENCE = "presence"
    FAULT = "fault"
    SNAPSHOT_USED = "snapshot-used"


class Strategy(Labelled, family="strategy"):
    """How a queue looks for an agent."""

    RING_ALL = "ring-all", _("Every phone rings")
    LONGEST_IDLE = "longest-idle", _("Whoever waited longest")


class NobodyThere(Labelled, family="nobody"):
    """What a queue does with a caller whom nobody answers."""

    CALLBACK = "callback", _("Offer to ring back")
    VOICEMAIL = "voicemail", _("Take a message")
    GOODBYE = "goodbye", _("Say goodbye")
