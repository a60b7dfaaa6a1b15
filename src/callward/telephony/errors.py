"""The facts that stop the house side of the phone line."""

from __future__ import annotations

from callward.kernel.errors import (
    BadInputError,
    CallwardError,
    NotFoundError,
    RefusedError,
    gettext_noop,
)


class TelephonyError(CallwardError):
    """The phone line cannot be used so."""

    code = "telephony"


class LineDownError(TelephonyError):
    """The phone line does not answer."""

    code = "line-down"
    fact = gettext_noop("The phone line does not answer.")
    mend = gettext_noop("Start it with “callward up” or “callward line”, then try again.")


class NoPhoneError(TelephonyError, NotFoundError):
    """The user answers no extension, so no phone rings for them."""

    code = "no-phone"
    fact = gettext_noop("You have no phone at this controller.")
    mend = gettext_noop("Ask the administrator for an extension and a phone.")


class DialNotPermittedError(TelephonyError, RefusedError):
    """The policy does not name this reason for a call (K-03)."""

    code = "dial-reason"
    fact = gettext_noop("The policy names no outbound call for this reason.")
    mend = gettext_noop("Choose a reason of the list, or do not call.")


class DialWithoutReferenceError(TelephonyError, BadInputError):
    """A call out needs something that it refers to (K-03)."""

    code = "dial-reference"
    fact = gettext_noop("A call out needs the reference of what it is about.")
    mend = gettext_noop("Write the number of the booking, the contact or the complaint.")


class NoOutboundError(TelephonyError, RefusedError):
    """Nobody set up how this controller's calls are made."""

    code = "no-outbound"
    fact = gettext_noop("This controller has no line for calls out.")
    mend = gettext_noop("Ask the administrator to choose a trunk and the number that is shown.")


class PauseNotPermittedError(TelephonyError, RefusedError):
    """The policy does not name this reason for a pause."""

    code = "pause-reason"
    fact = gettext_noop("The policy names no pause of the recording for this reason.")
    mend = gettext_noop("Choose a reason of the list, or stop the recording.")


class NoSuchCallError(TelephonyError, NotFoundError):
    """No call of this agent runs under this reference."""

    code = "no-line-call"
    fact = gettext_noop("No call of yours runs under the reference %(ref)s.")
    mend = gettext_noop("Look at your desk again; the call may have ended.")


class NoSuchSettingError(TelephonyError, NotFoundError):
    """No setting of this controller's line has this reference."""

    code = "no-line-setting"
    fact = gettext_noop("The phone line has nothing under the reference %(ref)s.")
    mend = gettext_noop("Look at the phone line's page again; somebody may have changed it.")


class SettingInUseError(TelephonyError, RefusedError):
    """Something else still leads here."""

    code = "line-setting-in-use"
    fact = gettext_noop("This is still used by a number, a queue or the calls out.")
    mend = gettext_noop("Lead those elsewhere first.")


class SettingTakenError(TelephonyError, BadInputError):
    """Another entry has this name or number already."""

    code = "line-setting-taken"
    fact = gettext_noop("This name or number is taken already.")
    mend = gettext_noop("Choose another one, or change the entry that has it.")


class MalformedNetworkError(TelephonyError, BadInputError):
    """A text is not an address or a network."""

    code = "bad-network"
    fact = gettext_noop("“%(text)s” is not an address or a network.")
    mend = gettext_noop("Write it as 192.0.2.10 or 192.0.2.0/24, one on each line.")


class PromptNotAudioError(TelephonyError, BadInputError):
    """An uploaded prompt cannot be decoded, or is too short or too long."""

    code = "prompt-not-audio"
    fact = gettext_noop("This file is not a recording of one second to three minutes.")
    mend = gettext_noop("Hand in a WAV or MP3 file of the spoken words.")


class PromptWordsUnknownError(TelephonyError, NotFoundError):
    """The policy gives no words for this prompt in this language."""

    code = "prompt-words"
    fact = gettext_noop("The policy gives no words for the prompt “%(ref)s”.")
    mend = gettext_noop("Choose one of the list.")


class WrappedUpError(TelephonyError, RefusedError):
    """A call is closed once."""

    code = "wrapped-up"
    fact = gettext_noop("This call was closed already.")
    mend = gettext_noop("Ask a supervisor if something must be added.")


class LedgerBrokenError(TelephonyError):
    """A ledger does not prove what it says."""

    code = "ledger-broken"
    fact = gettext_noop("The ledger of call %(ref)s was changed: %(why)s.")
    mend = gettext_noop("Look at the quarantine; the recording waits there for a decision.")


class GapUnknownError(TelephonyError, NotFoundError):
    """No open gap has this reference."""

    code = "no-gap"
    fact = gettext_noop("No gap waits for a word under the reference %(ref)s.")
    mend = gettext_noop("Look at the board again; somebody may have judged it already.")
