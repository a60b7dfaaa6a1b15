"""Facts that stop a command."""

from __future__ import annotations

from callward.kernel.errors import BadInputError, CallwardError, RefusedError, gettext_noop


class OpsError(CallwardError):
    """The root of this package."""

    code = "ops"


class NotSetUpError(OpsError):
    """The chosen folder holds no Callward."""

    code = "not-set-up"
    fact = gettext_noop("There is no Callward in this data folder.")
    mend = gettext_noop("Run “callward init”, or name the folder with CALLWARD_DATA.")


class NotKeyOwnerError(OpsError, RefusedError):
    """Commands act for the owner of the root key only."""

    code = "not-key-owner"
    fact = gettext_noop("You are not the owner of the root key.")
    mend = gettext_noop("Sign in to the machine as the user that runs Callward.")


class ClockNotMarkedError(OpsError, RefusedError):
    """Outside a demonstration nobody acts at another instant than now."""

    code = "other-instant"
    fact = gettext_noop("This folder holds real calls, so nothing is done at another instant.")
    mend = gettext_noop("Leave out --at, or add --dry-run to see what would happen then.")


class NotADemoError(OpsError, RefusedError):
    """A demonstration never touches a folder with real calls."""

    code = "not-a-demo"
    fact = gettext_noop("This data folder is not a demonstration.")
    mend = gettext_noop("Let CALLWARD_DATA name an empty folder.")


class UnreadableFileError(OpsError, BadInputError):
    """A named file cannot be read."""

    code = "unreadable-file"
    fact = gettext_noop("The file cannot be read.")
    mend = gettext_noop("Check its name and its permissions.")


class FileTooLargeError(OpsError, BadInputError):
    """A named file is larger than anything of its kind."""

    code = "file-too-large"
    fact = gettext_noop("The file is larger than %(most)s bytes.")
    mend = gettext_noop("Check whether it is the right file.")


class UnwritableFileError(OpsError, BadInputError):
    """A named file cannot be written."""

    code = "unwritable-file"
    fact = gettext_noop("The file cannot be written, or is there already.")
    mend = gettext_noop("Name a new file in a folder that you may write to.")


class UnknownWordError(OpsError, BadInputError):
    """A word is none of those that are known here."""

    code = "unknown-word"
    fact = gettext_noop("“%(word)s” is not known here.")
    mend = gettext_noop("Write one of: %(known)s.")


class UnsafeStartError(OpsError, RefusedError):
    """A start-up check found something that must not run."""

    code = "unsafe-start"
    fact = gettext_noop("Start-up refused: %(checks)s.")
    mend = gettext_noop("Mend what is named above and start again.")


class CheckFailedError(OpsError):
    """What was checked is not as it must be; the report above says where."""

    code = "check-failed"
    fact = gettext_noop("The check found %(count)s faults.")
    mend = gettext_noop("Look at the report and mend what it names.")


class MoveUnfinishedError(OpsError):
    """The rows are on their way to another database."""

    code = "move-unfinished"
    fact = gettext_noop("The rows of this house are being moved to another database.")
    mend = gettext_noop("Run “callward database move” to finish it, or add --abandon to go back.")


class NothingToMoveError(OpsError, BadInputError):
    """The rows lie on a server already, or nobody said where to."""

    code = "nothing-to-move"
    fact = gettext_noop("No move of the rows is under way, and no new place is named for them.")
    mend = gettext_noop("Name the new callward.toml with --to; it must choose PostgreSQL.")


class MoveChangesMoreError(OpsError, BadInputError):
    """The new deployment file changes more than the database."""

    code = "move-changes-more"
    fact = gettext_noop("The new file changes %(section)s as well.")
    mend = gettext_noop("Change only [database] and [jobs]; change the rest afterwards.")


class EnvironmentChoosesError(OpsError, BadInputError):
    """The environment would go on choosing the database after a move."""

    code = "environment-chooses"
    fact = gettext_noop("The variable %(variable)s chooses the database, whatever a file says.")
    mend = gettext_noop("Remove it and say the same in callward.toml.")


class MoveUnderWayError(OpsError, BadInputError):
    """Another move began before."""

    code = "move-under-way"
    fact = gettext_noop("A move with another file is under way.")
    mend = gettext_noop("Finish it without --to, or go back with --abandon.")


class MoveStoppedError(OpsError):
    """A step of a move ended before its end; nothing was switched."""

    code = "move-stopped"
    fact = gettext_noop("The move stopped; what is named above says why. Nothing was lost.")
    mend = gettext_noop("Mend it and run “callward database move” again.")


class MoveSwitchedError(OpsError, BadInputError):
    """A move that has switched can only be finished."""

    code = "move-switched"
    fact = gettext_noop("The house stands on its new database already.")
    mend = gettext_noop("Run “callward database move” to finish it.")


class NoBucketChosenError(OpsError, BadInputError):
    """There is no bucket to carry recordings into."""

    code = "no-bucket-chosen"
    fact = gettext_noop("The recordings lie in the data folder, and no bucket was chosen.")
    mend = gettext_noop("Choose one in the section “objects” of callward.toml, and try again.")


class NothingAnswersError(OpsError):
    """A part of Callward did not come up in time."""

    code = "nothing-answers"
    fact = gettext_noop("The console did not answer in time.")
    mend = gettext_noop("Look into logs/callward.log of the data folder.")


class NoServerError(OpsError, RefusedError):
    """Only a server has a base backup and a log."""

    code = "no-server"
    fact = gettext_noop("This house keeps its rows in a file, which has no server to copy.")
    mend = gettext_noop("Run “callward backup data”.")
