"""The choices of retention."""

from __future__ import annotations

from enum import StrEnum


class ItemState(StrEnum):
    """Whether an item is kept, or on its way out."""

    KEPT = "kept"
    DESTROYING = "destroying"


class Rule(StrEnum):
    """What decides the end of an item, strongest first."""

    LAW_FLOOR = "law-floor"
    HOLD = "hold"
    ERASURE = "erasure"
    CAP_NOW = "cap-now"
    CAP_PROMISED = "cap-promised"
    REJECTION = "rejection"
    OPEN = "open"


class HoldState(StrEnum):
    """The life of a legal hold."""

    PLACED = "placed"
    RELEASE_ASKED = "release-asked"
    RELEASED = "released"
    ENDED = "ended"


class DisposalKind(StrEnum):
    """Why something is destroyed, or was never stored."""

    EXPIRY = "expiry"
    ERASURE = "erasure"
    REJECTION = "rejection"  # a quarantined arrival that a person turned away
    REFUSED_BACKLOG = "refused-backlog"


class DisposalState(StrEnum):
    """How far a disposal has come; start-up finishes every one short of certified."""

    INTENDED = "intended"
    KEY_GONE = "key-gone"
    ROWS_GONE = "rows-gone"
    SIGNED = "signed"  # the proof stands in the database, and not yet outside of it
    CERTIFIED = "certified"


class RunState(StrEnum):
    """How a disposal run ended."""

    RUNNING = "running"
    CLEAN = "clean"
    RED = "red"


class ErasureGround(StrEnum):
    """The grounds of Article 17(1); the list is closed (K-22)."""

    NO_LONGER_NECESSARY = "no-longer-necessary"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    OBJECTION = "objection"
    UNLAWFUL = "unlawful"
    LEGAL_OBLIGATION = "legal-obligation"
    CHILD_SERVICE = "child-service"
