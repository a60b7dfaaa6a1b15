"""The facts that stop retention."""

from __future__ import annotations

from callward.kernel.errors import (
    BadInputError,
    CallwardError,
    NotFoundError,
    RefusedError,
    gettext_noop,
)
from callward.retention.certificates import CertificateBrokenError
from callward.vault import errors as vault_errors


class RetentionError(CallwardError):
    """The root of what retention refuses."""

    code = "retention"


class RecordingGoneError(RetentionError, vault_errors.RecordingGoneError):
    """The due instant has come, or the recording is destroyed: every use is refused."""

    code = "gone"
    fact = gettext_noop("The recording %(ref)s is gone: its time was over.")
    mend = gettext_noop("Nothing can bring it back; its certificate says when and why.")


class NoRecordingPolicyError(RetentionError, RefusedError):
    """The controller's policy keeps no recordings."""

    code = "no-recordings-kept"
    fact = gettext_noop("The policy %(policy)s keeps no recordings.")
    mend = gettext_noop("Take recordings in only for controllers whose policy describes them.")


class StartEventUnknownError(RetentionError, RefusedError):
    """An event is not what the item's count waits for."""

    code = "wrong-start-event"
    fact = gettext_noop("The recording %(ref)s does not wait for the event %(event)s.")
    mend = gettext_noop("Look at the rule of the recording and report the event that it names.")


class StartEventTimeError(RetentionError, BadInputError):
    """An event cannot have happened before the thing it ends began, or after now."""

    code = "start-event-time"
    fact = gettext_noop("The event %(event)s of %(ref)s cannot have happened at %(happened_at)s.")
    mend = gettext_noop("Give an instant after the beginning of what is kept and not after now.")


class ItemUnknownError(RetentionError, NotFoundError):
    """No item of retention has this reference."""

    code = "item-unknown"
    fact = gettext_noop("There is no recording under the reference %(ref)s.")
    mend = gettext_noop("Check the reference.")


class RecordingBeingDestroyedError(RetentionError, RefusedError):
    """The destruction of the recording has begun and cannot be turned back."""

    code = "being-destroyed"
    fact = gettext_noop("The recording %(ref)s is being destroyed.")
    mend = gettext_noop("Nothing can be done: its destruction has already been decided.")


class RecordingHeldError(RetentionError, RefusedError):
    """A legal hold or a law stops the erasure."""

    code = "held"
    fact = gettext_noop("The recording %(ref)s is held: %(reason)s.")
    mend = gettext_noop("Release the hold first, or answer that the law orders to keep it.")


class HoldReasonUnknownError(RetentionError, BadInputError):
    """The policy names no such reason for a hold."""

    code = "hold-reason-unknown"
    fact = gettext_noop("The policy names no hold for the reason “%(reason)s”.")
    mend = gettext_noop("Choose one of: %(reasons)s.")


class HoldCaseMissingError(RetentionError, BadInputError):
    """A hold needs the id of its case."""

    code = "hold-case-missing"
    fact = gettext_noop("The hold has no usable case id.")
    mend = gettext_noop(
        "Give the id of the complaint, claim or authority request: letters, digits and - _ / . "
        "without spaces, 64 at most."
    )


class ReviewTooLateError(RetentionError, BadInputError):
    """A hold must be reviewed within the period of the policy."""

    code = "hold-review-too-late"
    fact = gettext_noop("The review on %(day)s is not between today and %(latest)s.")
    mend = gettext_noop("Choose a day within the review period of the policy.")


class HoldUnknownError(RetentionError, NotFoundError):
    """There is no such hold."""

    code = "hold-unknown"
    fact = gettext_noop("There is no hold under the reference %(ref)s.")
    mend = gettext_noop("Copy the reference from the list of holds.")


class HoldClosedError(RetentionError, RefusedError):
    """The hold has already been released or has ended."""

    code = "hold-closed"
    fact = gettext_noop("The hold %(ref)s is no longer in force.")
    mend = gettext_noop("Nothing needs to be done.")


class BadCountError(RetentionError, BadInputError):
    """A backlog certificate counts at least one recording."""

    code = "bad-count"
    fact = gettext_noop("“%(count)s” recordings cannot be certified.")
    mend = gettext_noop("Count at least one.")
