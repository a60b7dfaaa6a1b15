"""The closed lists of words of the phone line."""

from __future__ import annotations

from enum import StrEnum


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


class EvidenceKind(StrEnum):
    """By what it can be shown that a recording was allowed to start."""

    ANNOUNCED_AND_CONTINUED = "announced-and-continued"
    DIGIT = "digit"
    SPOKEN_AND_CLICKED = "spoken-and-clicked"
    NONE_NEEDED = "none-needed"


class Entry(StrEnum):
    """What a call's ledger can hold, in the order of a life."""

    CALL_BEGUN = "call-begun"
    LANGUAGE_CHOSEN = "language-chosen"
    ANNOUNCEMENT_BEGUN = "announcement-begun"
    ANNOUNCEMENT_ENDED = "announcement-ended"
    ASKED = "asked"
    DIGIT = "digit"
    CLICKED = "clicked"
    AGREED = "agreed"
    REFUSED = "refused"
    BLOCKED = "blocked"
    RANG = "rang"
    CONNECTED = "connected"
    OPENED = "opened"
    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPED = "stopped"
    TRANSFERRED = "transferred"
    CALLBACK_NOTED = "callback-noted"
    SHUT = "shut"


class RecordingFate(StrEnum):
    """What became of the recording of one call; nothing asked for may be silently missing."""

    STORED = "stored"
    ABSENT = "absent"
    REFUSED = "refused"
    BLOCKED = "blocked"
    DEGRADED = "degraded"
    FAILED = "failed"


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
