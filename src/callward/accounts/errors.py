"""The facts that stop a change of accounts, or a user."""

from __future__ import annotations

from callward.kernel.errors import (
    BadInputError,
    CallwardError,
    NotFoundError,
    RefusedError,
    gettext_noop,
)


class AccountsError(CallwardError):
    """The root of every error of this package."""

    code = "accounts"


class UserUnknownError(AccountsError, NotFoundError):
    """No user has this reference or user name."""

    code = "user-unknown"
    fact = gettext_noop("There is no user %(ref)s.")
    mend = gettext_noop("Look the user up in the list of staff.")


class UsernameTakenError(AccountsError, BadInputError):
    """A second user wants a user name that is taken."""

    code = "username-taken"
    fact = gettext_noop("This user name is taken.")
    mend = gettext_noop("Choose another one; every person signs in with their own.")


class UsernameMalformedError(AccountsError, BadInputError):
    """A user name holds signs that are easily mistaken."""

    code = "username-malformed"
    fact = gettext_noop("This user name cannot be used.")
    mend = gettext_noop("Use 2 to 64 small letters without accents, digits, dots and hyphens.")


class PasswordWeakError(AccountsError, BadInputError):
    """A password does not meet the rules."""

    code = "password-weak"
    fact = gettext_noop("This password is too easy to guess.")
    mend = gettext_noop("Choose a longer one that is neither common nor like your name.")


class CapabilityMissingError(AccountsError, RefusedError):
    """None of the user's roles at this controller allows the act."""

    code = "capability-missing"
    fact = gettext_noop("None of your roles here includes “%(capability)s”.")
    mend = gettext_noop("Ask an administrator for an appointment that includes it.")


class AssessmentMissingError(AccountsError, RefusedError):
    """S-15: nobody is appointed before an assessment."""

    code = "assessment-missing"
    fact = gettext_noop("Nobody has assessed this user for the role %(role)s.")
    mend = gettext_noop("Record who assessed the user, and when, then appoint.")


class UndertakingMissingError(AccountsError, RefusedError):
    """S-15: nobody is appointed before signing confidentiality."""

    code = "undertaking-missing"
    fact = gettext_noop("This user has not signed the confidentiality undertaking.")
    mend = gettext_noop("Record the signed undertaking, then appoint.")


class OwnAppointmentError(AccountsError, RefusedError):
    """Nobody appoints, assesses or grants to themselves."""

    code = "own-appointment"
    fact = gettext_noop("Nobody may appoint, assess or grant access to themselves.")
    mend = gettext_noop("Ask another person with the same right.")


class OwnEndError(AccountsError, RefusedError):
    """Nobody ends their own work, so that somebody who can appoint is always left."""

    code = "own-end"
    fact = gettext_noop("Nobody may end their own role or deactivate themselves.")
    mend = gettext_noop("Ask another administrator.")


class AppointedElsewhereError(AccountsError, RefusedError):
    """A user who also works for another controller is not touched as a whole from here."""

    code = "appointed-elsewhere"
    fact = gettext_noop("This user also has a role at another controller.")
    mend = gettext_noop("End their roles here; ask the one who runs Callward for everything else.")


class AgentCodeTakenError(AccountsError, BadInputError):
    """Two agents of one controller answer under one extension."""

    code = "agent-code-taken"
    fact = gettext_noop("Another agent here already has this extension.")
    mend = gettext_noop("End that role first, or correct the extension.")


class AgentCodeMisplacedError(AccountsError, BadInputError):
    """An extension is given with a role that answers no calls, or is no extension."""

    code = "agent-code-misplaced"
    fact = gettext_noop("Only the role of an agent has an extension, in letters and digits.")
    mend = gettext_noop("Choose the role of an agent, or leave the extension empty.")


class UserInactiveError(AccountsError, RefusedError):
    """The user has left."""

    code = "user-inactive"
    fact = gettext_noop("This user is no longer active.")
    mend = gettext_noop("Ask an administrator to activate the user again.")


class InitialPasswordUsedError(AccountsError, RefusedError):
    """An initial password opens once."""

    code = "initial-password-used"
    fact = gettext_noop("This initial password has been used already.")
    mend = gettext_noop("Ask an administrator for a new one.")


class AppointmentUnknownError(AccountsError, NotFoundError):
    """No appointment has this reference."""

    code = "appointment-unknown"
    fact = gettext_noop("There is no appointment under the reference %(ref)s.")
    mend = gettext_noop("Look it up in the list of staff.")


class AppointedAlreadyError(AccountsError, BadInputError):
    """The user has this role already."""

    code = "appointed-already"
    fact = gettext_noop("This user already has the role %(role)s here.")
    mend = gettext_noop("Nothing needs to be done.")


class GrantUnknownError(AccountsError, NotFoundError):
    """No grant has this reference."""

    code = "grant-unknown"
    fact = gettext_noop("There is no grant under the reference %(ref)s.")
    mend = gettext_noop("Look it up in the list of grants.")


class GrantMissingError(AccountsError, RefusedError):
    """Nobody granted this user these recordings for this purpose."""

    code = "grant-missing"
    fact = gettext_noop("You have no grant for this recording and the purpose “%(purpose)s”.")
    mend = gettext_noop("Ask a supervisor or the data protection officer for a grant.")


class GrantEndedError(AccountsError, RefusedError):
    """The grant ended or was withdrawn."""

    code = "grant-ended"
    fact = gettext_noop("Your grant for the purpose “%(purpose)s” has ended.")
    mend = gettext_noop("Ask a supervisor or the data protection officer for a new grant.")


class GrantSpanError(AccountsError, BadInputError):
    """A grant must end, and after it begins."""

    code = "grant-span"
    fact = gettext_noop("A grant must end after it begins and after today.")
    mend = gettext_noop("Choose a later end.")


class TrainingSpanError(AccountsError, BadInputError):
    """A training is due again after it was done, and was not done in the future."""

    code = "training-span"
    fact = gettext_noop("A training is done today or earlier, and due again later.")
    mend = gettext_noop("Correct the two days.")


class TokenRefusedError(AccountsError, RefusedError):
    """A machine's token is unknown, ended or withdrawn."""

    code = "token-refused"
    fact = gettext_noop("This token is not accepted.")
    mend = gettext_noop("Ask an administrator for a new token.")


class TokenLabelError(AccountsError, BadInputError):
    """A token is named after a machine, never after a person or a number."""

    code = "token-label"
    fact = gettext_noop("This is no name of a machine.")
    mend = gettext_noop(
        "Use 2 to 60 letters, digits, spaces, dots and hyphens; no number of six digits."
    )


class TokenUnknownError(AccountsError, NotFoundError):
    """No token has this reference."""

    code = "token-unknown"
    fact = gettext_noop("There is no token under the reference %(ref)s.")
    mend = gettext_noop("Look it up in the list of tokens.")
