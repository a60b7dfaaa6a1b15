"""What can become of something that arrives."""

from __future__ import annotations

from enum import StrEnum

from callward.accounts.states import Capability
from callward.audit.states import Event
from callward.kernel.errors import gettext_noop, gettext_noop as _
from callward.kernel.labels import Labelled
from callward.policy.vocabulary import Role


class DeliveryState(StrEnum):
    """How far one delivery has come."""

    KEPT = "kept"  # sealed, durable and in the books; the source may still exist
    SETTLED = "settled"  # the source is gone, too
    ABSENT = "absent"  # the carrier says that the call was answered, but no recording ever came


class Outcome(StrEnum):
    """What became of one upload."""

    TAKEN_IN = "taken-in"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    PAST_DUE = "past-due"
    ERASED_BEFORE = "erased-before"


class QuarantineState(Labelled, family="quarantine"):
    """How far a quarantined arrival has come."""

    WAITING = "waiting", _("Waiting for a decision")
    TAKEN_IN = "taken-in", _("Taken in")
    REJECTED = "rejected", _("Rejected")


class QuarantineReason(StrEnum):
    """Why an arrival waits for a person."""

    NO_CDR = "no-cdr"
    NO_DECLARATION = "no-declaration"
    CONSENT_NONE = "consent-none"
    LENGTH_DIFFERS = "length-differs"
    UNDECODABLE = "undecodable"
    TOO_LARGE = "too-large"
    KIND_NOT_ALLOWED = "kind-not-allowed"
    DIRECTION_NOT_RECORDED = "direction-not-recorded"
    NUMBER_NOT_RECORDED = "number-not-recorded"
    CONFLICTING_ID = "conflicting-id"
    CONFLICTING_BYTES = "conflicting-bytes"
    DIGEST_DIFFERS = "digest-differs"
    SIDECAR_UNREADABLE = "sidecar-unreadable"
    CDR_UNREADABLE = "cdr-unreadable"
    HALF_WRITTEN = "half-written"
    UNSAFE_PATH = "unsafe-path"
    UNSAFE_NAME = "unsafe-name"
    CAME_LATE = "came-late"
    ROWS_LOST = "rows-lost"
    LEDGER_BROKEN = "ledger-broken"


# One whole sentence for each reason; the screen translates it (STYLE 17).
SENTENCES: dict[QuarantineReason, str] = {
    QuarantineReason.NO_CDR: gettext_noop(
        "The carrier sent no call record that fits this recording."
    ),
    QuarantineReason.NO_DECLARATION: gettext_noop(
        "Nothing shows that the caller was told; no signed source declaration covers this call."
    ),
    QuarantineReason.CONSENT_NONE: gettext_noop(
        "The source says that the caller was not told about the recording."
    ),
    QuarantineReason.LENGTH_DIFFERS: gettext_noop(
        "The recording is not as long as the call record says."
    ),
    QuarantineReason.UNDECODABLE: gettext_noop("The file is not a recording that can be played."),
    QuarantineReason.TOO_LARGE: gettext_noop("The file is larger than the policy allows."),
    QuarantineReason.KIND_NOT_ALLOWED: gettext_noop(
        "The policy does not name this kind of file for import."
    ),
    QuarantineReason.DIRECTION_NOT_RECORDED: gettext_noop(
        "The policy does not record calls of this direction."
    ),
    QuarantineReason.NUMBER_NOT_RECORDED: gettext_noop(
        "The policy does not record calls of this telephone line."
    ),
    QuarantineReason.CONFLICTING_ID: gettext_noop(
        "A different recording was already taken in under the same id."
    ),
    QuarantineReason.CONFLICTING_BYTES: gettext_noop(
        "The same recording was already taken in under another id."
    ),
    QuarantineReason.DIGEST_DIFFERS: gettext_noop(
        "The recording is not the one that its envelope describes."
    ),
    QuarantineReason.SIDECAR_UNREADABLE: gettext_noop(
        "The envelope beside the recording cannot be read."
    ),
    QuarantineReason.CDR_UNREADABLE: gettext_noop(
        "Some lines of the carrier's call records cannot be read."
    ),
    QuarantineReason.HALF_WRITTEN: gettext_noop("The file was never finished."),
    QuarantineReason.UNSAFE_PATH: gettext_noop(
        "This is a link or a special file, which is never followed or read."
    ),
    QuarantineReason.UNSAFE_NAME: gettext_noop("The file's name holds signs that no name should."),
    QuarantineReason.LEDGER_BROKEN: gettext_noop(
        "The ledger of this call does not hold together; nothing proves that it may be kept."
    ),
    QuarantineReason.ROWS_LOST: gettext_noop(
        "A restored backup did not know this recording; its call has to be described again."
    ),
    QuarantineReason.CAME_LATE: gettext_noop(
        "The recording came after its call had been written down as absent."
    ),
}


class IntakeCapability(Capability):
    """What a role lets a user do in this package."""

    SEE_QUARANTINE = "see-quarantine", Role.DPO, Role.ADMINISTRATOR
    RESOLVE_QUARANTINE = "resolve-quarantine", Role.DPO
    UPLOAD = "upload", Role.ADMINISTRATOR
    DECLARE_SOURCE = "declare-source", Role.ADMINISTRATOR


class IntakeEvent(Event):
    """What this package writes into the audit."""

    BACKLOG_REFUSED = (
        "intake.backlog.refused",
        _("Recordings past their due date were refused and certified."),
    )
    CALL_RECORDS_READ = "intake.call-records.read", _("The carrier's call records were read.")
    DELIVERY_QUARANTINED = "intake.delivery.quarantined", _("The arrival was sealed in quarantine.")
    DELIVERY_REFUSED = "intake.delivery.refused", _("An arrival was refused.")
    DELIVERY_REJECTED = "intake.delivery.rejected", _("The arrival was rejected.")
    DELIVERY_RELEASED = "intake.delivery.released", _("The arrival was released from quarantine.")
    DELIVERY_REPEATED = (
        "intake.delivery.repeated",
        _("The same recording arrived again; nothing was added."),
    )
    DELIVERY_TAKEN_IN = "intake.delivery.taken-in", _("The recording was taken in.")
    ORPHAN_DISCARDED = (
        "intake.orphan.discarded",
        _("A sealed object that belonged to nothing was discarded."),
    )
    RECORDING_ABSENT = (
        "intake.recording.absent",
        _("The call was written down as one without a recording."),
    )
    SOURCE_DECLARED = "intake.source.declared", _("A source was declared and signed for.")
    SOURCE_FILE_DELETED = (
        "intake.source-file.deleted",
        _("The delivered file was deleted from the inbox."),
    )
    SOURCE_WITHDRAWN = "intake.source.withdrawn", _("The declaration of a source was withdrawn.")
