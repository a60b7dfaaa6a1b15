"""The choices of retention."""

from __future__ import annotations

from enum import StrEnum

from callward.accounts.states import Capability
from callward.audit.states import Event
from callward.kernel.errors import gettext_noop as _
from callward.kernel.labels import Labelled
from callward.policy.vocabulary import Role


class ItemState(StrEnum):
    """Whether an item is kept, or on its way out."""

    KEPT = "kept"
    DESTROYING = "destroying"


class Rule(Labelled, family="rule"):
    """What decides the end of an item, strongest first."""

    LAW_FLOOR = "law-floor", _("A law orders to keep it")
    HOLD = "hold", _("Legal hold")
    ERASURE = "erasure", _("Approved erasure")
    CAP_NOW = "cap-now", _("Retention period in force now")
    CAP_PROMISED = "cap-promised", _("Retention period promised when the call was recorded")
    REJECTION = "rejection", _("Rejected")
    OPEN = "open", _("Waits for the event that starts the count")


class KeptKind(Labelled, family="kept-kind"):
    """The kinds of `holdings.kinds` in words."""

    RECORDING = "recording", _("Recordings")
    VOICE_MESSAGE = "voice-message", _("Voice messages")
    QUARANTINED = "quarantined", _("Quarantined arrivals")
    RAW_ROW = "raw-row", _("Rows as the carrier sent them")
    WAITING_CDR = "waiting-cdr", _("Call records that wait for their recording")
    CALL = "call", _("Call records")
    LINE_RECORD = "line-record", _("What the phone line noted")
    WRAP_UP = "wrap-up", _("Notes of agents at the end of calls")
    RING_BACK = "ring-back", _("People who waited to be rung back")
    DESK_CALL = "desk-call", _("Calls at the desks of agents")
    DIAL_PERMIT = "dial-permit", _("Permits to dial")
    COUNTED_DAY = "counted-day", _("Counted days of the phone line")
    CONSENT_PROOF = "consent-proof", _("Proofs of consent")
    TRAINING = "training", _("Trainings of staff")
    AUDIT = "audit", _("Entries of the audit")


class HoldState(Labelled, family="hold"):
    """The life of a legal hold."""

    PLACED = "placed", _("In force")
    RELEASE_ASKED = "release-asked", _("Release asked for")
    RELEASED = "released", _("Released")
    ENDED = "ended", _("Ended")


class DisposalKind(Labelled, family="disposal"):
    """Why something is destroyed, or was never stored."""

    EXPIRY = "expiry", _("End of the retention period")
    ERASURE = "erasure", _("Approved erasure")
    REJECTION = "rejection", _("Rejected")  # a quarantined arrival that a person turned away
    REFUSED_BACKLOG = "refused-backlog", _("Arrived past due, never stored")


class DisposalState(StrEnum):
    """How far a disposal has come; start-up finishes every one short of certified."""

    INTENDED = "intended"
    KEY_GONE = "key-gone"
    ROWS_GONE = "rows-gone"
    SIGNED = "signed"  # the proof stands in the database, and not yet outside of it
    CERTIFIED = "certified"


class RunState(Labelled, family="run"):
    """How a disposal run ended."""

    RUNNING = "running", _("Running")
    CLEAN = "clean", _("Complete, nothing left behind")
    RED = "red", _("Needs attention")


class RetentionCapability(Capability):
    """What a role lets a user do in this package."""

    PLACE_HOLD = "place-hold", Role.SUPERVISOR, Role.DPO
    RELEASE_HOLD = "release-hold", Role.DPO
    RUN_DISPOSAL = "run-disposal", Role.ADMINISTRATOR
    SEE_DISPOSAL = "see-disposal", Role.SUPERVISOR, Role.DPO
    SEE_CERTIFICATES = "see-certificates", Role.SUPERVISOR, Role.DPO, Role.AUDITOR


class RetentionEvent(Event):
    """What this package writes into the audit."""

    CERTIFICATE_ADOPTED = (
        "retention.certificate.adopted",
        _("A certificate came back from where it is kept."),
    )
    DISPOSAL_RUN = "retention.disposal.run", _("A disposal run was made.")
    ERASURE_APPROVED = "retention.erasure.approved", _("An erasure was approved.")
    HOLD_CASE_CLOSED = "retention.hold.case-closed", _("The case of the legal hold was closed.")
    HOLD_ENDED = "retention.hold.ended", _("A legal hold ended by itself.")
    HOLD_KEPT_ON = (
        "retention.hold.kept-on",
        _("The release was turned down; the legal hold stayed."),
    )
    HOLD_PLACED = "retention.hold.placed", _("A legal hold was placed.")
    HOLD_RELEASED = "retention.hold.released", _("A legal hold was released.")
    HOLD_RELEASE_ASKED = (
        "retention.hold.release-asked",
        _("The release of a legal hold was asked for."),
    )
    HOLD_REVIEWED = "retention.hold.reviewed", _("A legal hold was reviewed and stays in force.")
    ITEM_CERTIFIED = "retention.item.certified", _("The destruction was certified.")
    ITEM_COUNT_BEGUN = "retention.item.count-begun", _("The retention period began to count.")
    ITEM_DESTROYED = "retention.item.destroyed", _("The recording was destroyed.")
    ITEM_DUE_SHORTENED = (
        "retention.item.due-shortened",
        _("The due date was brought forward by a newer policy."),
    )
    ITEM_REGISTERED = "retention.item.registered", _("The due date was set.")
