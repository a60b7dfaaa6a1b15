"""The facts that stop an intake."""

from __future__ import annotations

from callward.kernel.errors import (
    BadInputError,
    CallwardError,
    NotFoundError,
    RefusedError,
    gettext_noop,
)


class IntakeError(CallwardError):
    """Something that arrives cannot be taken in."""

    code = "intake"


class RecordsNoCallsError(IntakeError, RefusedError):
    """The controller's policy records no calls, so no recording may come in."""

    code = "records-no-calls"
    fact = gettext_noop("The policy of this controller records no calls.")
    mend = gettext_noop("Send recordings to a controller whose policy has a call recording.")


class InboxMissingError(IntakeError, BadInputError):
    """The named folder is not there, or is not a folder."""

    code = "no-inbox"
    fact = gettext_noop("There is no such folder, or it may not be read.")
    mend = gettext_noop("Name a folder that exists and that Callward may read and empty.")


class MalformedEnvelopeError(IntakeError, BadInputError):
    """An envelope is not of the form callward.intake/1."""

    code = "bad-envelope"
    fact = gettext_noop("The envelope is wrong at “%(where)s”: %(kind)s.")
    mend = gettext_noop("Send it as callward.intake/1 describes it.")


class NotARecordingError(IntakeError, BadInputError):
    """The bytes are not a recording that can be played."""

    code = "undecodable"
    fact = gettext_noop("The file is not a recording that can be played.")
    mend = gettext_noop("Export the recording again.")


class TooLargeError(IntakeError, BadInputError):
    """More bytes came than the policy allows."""

    code = "too-large"
    fact = gettext_noop("The file is larger than the %(limit)s bytes that the policy allows.")
    mend = gettext_noop("Send a smaller file, or ask for a larger limit in the policy.")


class NothingInQuarantineError(IntakeError, NotFoundError):
    """No quarantined arrival waits under this reference."""

    code = "not-in-quarantine"
    fact = gettext_noop("Nothing waits in quarantine under the reference %(ref)s.")
    mend = gettext_noop("Look at the quarantine again; somebody may have decided already.")


class NothingSealedError(IntakeError, RefusedError):
    """The quarantined arrival was never read, so it cannot be taken in."""

    code = "nothing-sealed"
    fact = gettext_noop("This arrival was never read, so there is nothing to take in.")
    mend = gettext_noop("Reject it, and put the recording itself into the inbox.")


class StillQuarantinedError(IntakeError, RefusedError):
    """The supplied facts do not answer why the arrival was quarantined."""

    code = "still-quarantined"
    fact = gettext_noop("The recording still cannot be taken in (%(reason)s).")
    mend = gettext_noop("Supply what is missing, or reject it.")


class MalformedDeclarationError(IntakeError, BadInputError):
    """A source declaration lacks something that its signer must have said."""

    code = "bad-declaration"
    fact = gettext_noop("The source declaration is wrong at “%(where)s”.")
    mend = gettext_noop("Name source, greeting, directions, and a first day before the last.")


class NoSuchDeclarationError(IntakeError, NotFoundError):
    """No source declaration in force has this reference."""

    code = "no-declaration"
    fact = gettext_noop("There is no source declaration in force under the reference %(ref)s.")
    mend = gettext_noop("Look at the list of declarations; it may have been withdrawn.")
