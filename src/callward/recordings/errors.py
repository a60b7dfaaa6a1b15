"""Facts about recordings that stop us."""

from __future__ import annotations

from callward.kernel.errors import (
    BadInputError,
    CallwardError,
    NotFoundError,
    RefusedError,
    gettext_noop,
)


class RecordingError(CallwardError):
    """The root of the errors of recordings."""

    code = "recording"


class RecordingMissingError(RecordingError, NotFoundError):
    """No recording has this reference."""

    code = "recording-missing"
    fact = gettext_noop("There is no recording under the reference %(ref)s.")
    mend = gettext_noop("It may have been destroyed on its day; look at the certificates.")


class RecordingStateError(RecordingError):
    """A recording cannot go from its state to the asked one."""

    code = "recording-state"
    fact = gettext_noop("The recording %(ref)s is %(before)s and cannot become %(after)s.")
    mend = gettext_noop("Look at its history in the audit.")


class PlaybackRefusedError(RecordingError, RefusedError):
    """The root of every reason not to play."""

    code = "play-refused"


class PlayNotAllowedError(PlaybackRefusedError):
    """The role of the user may not play."""

    code = "play-not-allowed"
    fact = gettext_noop("Your role does not allow to play the recording %(ref)s.")
    mend = gettext_noop("Ask a call reviewer, or ask a supervisor for the role.")


class PurposeMissingError(PlaybackRefusedError):
    """Nobody plays without saying what for."""

    code = "purpose-missing"
    fact = gettext_noop("No purpose was given for playing the recording %(ref)s.")
    mend = gettext_noop("Choose the purpose first.")


class PurposeOutsidePolicyError(PlaybackRefusedError):
    """The policy does not open recordings for this purpose."""

    code = "purpose-outside-policy"
    fact = gettext_noop("The policy does not open the recording %(ref)s for this purpose.")
    mend = gettext_noop("Choose one of the purposes that the policy lists.")


class ConfidentialityUnsignedError(PlaybackRefusedError):
    """The user has signed no confidentiality undertaking."""

    code = "confidentiality-unsigned"
    fact = gettext_noop("You have signed no confidentiality undertaking.")
    mend = gettext_noop("Sign it with your administrator, then play again.")


class TrainingOverdueError(PlaybackRefusedError):
    """The training of the user is past its date (K-11)."""

    code = "training-overdue"
    fact = gettext_noop("Your training is missing or past its date.")
    mend = gettext_noop("Renew it; playing works again once it is recorded.")


class SecondFactorMissingError(PlaybackRefusedError):
    """The session was opened without a second factor."""

    code = "second-factor-missing"
    fact = gettext_noop("You signed in without a second factor.")
    mend = gettext_noop("Sign in again with your passkey or code.")


class OwnLoginMissingError(PlaybackRefusedError):
    """The login does not belong to one active person."""

    code = "own-login-missing"
    fact = gettext_noop("This login is not the own, active login of one person.")
    mend = gettext_noop("Sign in with your own user name and your own password.")


class RecordingNotPlayableError(PlaybackRefusedError):
    """There is no audio to play in this state."""

    code = "recording-not-playable"
    fact = gettext_noop("The recording %(ref)s is %(state)s; there is nothing to play.")
    mend = gettext_noop("Look at its history in the audit.")


class PlaybackMissingError(RecordingError, NotFoundError):
    """No playback has this reference, or it is another person's."""

    code = "playback-missing"
    fact = gettext_noop("There is no playback under the reference %(ref)s.")
    mend = gettext_noop("Open the call and choose a purpose.")


class PlaybackNotYoursError(PlaybackRefusedError):
    """A playback belongs to one user and one session."""

    code = "playback-not-yours"
    fact = gettext_noop("The playback %(ref)s belongs to another session.")
    mend = gettext_noop("Open the call and choose a purpose yourself.")


class PlaybackEndedError(PlaybackRefusedError):
    """The time of the playback is over."""

    code = "playback-ended"
    fact = gettext_noop("The time of the playback %(ref)s is over.")
    mend = gettext_noop("Choose the purpose again to go on.")


class RangeOutsideError(RecordingError, BadInputError):
    """A range begins after the end of the audio."""

    code = "range-outside"
    fact = gettext_noop("The asked part of the playback %(ref)s lies behind its end.")
    mend = gettext_noop("Ask for bytes below %(size)s.")
