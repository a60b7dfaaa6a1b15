"""Why the phone line refuses something; references and codes only, never a number or a name."""

from __future__ import annotations

from callward.kernel.errors import BadInputError, CallwardError, RefusedError, gettext_noop


class LineError(CallwardError):
    """The phone line cannot do this."""

    code = "line"
    fact = gettext_noop("The phone line cannot do this.")
    mend = gettext_noop("Look at the phone line page.")


class SnapshotUnusableError(LineError, BadInputError):
    """The file `line.json` cannot be used; names the place and never the value."""

    code = "line-snapshot"
    fact = gettext_noop("The phone line's snapshot cannot be used: %(where)s: %(kind)s.")
    mend = gettext_noop("Save the phone line settings again; the last good snapshot stays in use.")


class PromptSwappedError(LineError, RefusedError):
    """A prompt file is not the one whose text the policy gives."""

    code = "line-prompt-swapped"
    fact = gettext_noop("The prompt “%(prompt)s” (%(language)s) is not the one of the policy.")
    mend = gettext_noop("Make the prompts of this policy again, or upload the recording anew.")


class PromptMissingError(LineError, RefusedError):
    """A prompt that the policy needs is absent."""

    code = "line-prompt-missing"
    fact = gettext_noop("The prompt “%(prompt)s” (%(language)s) is missing.")
    mend = gettext_noop("Make the prompts of this policy, or upload a recording of it.")


class LedgerTamperedError(LineError, BadInputError):
    """A call's ledger does not hold together: a line was changed, moved, added or cut off."""

    code = "line-ledger-tampered"
    fact = gettext_noop("Line %(line)s of the call's ledger does not hold: %(why)s.")
    mend = gettext_noop("Treat the recording as unproven; compare with the backup.")


class LedgerShutError(LineError, RefusedError):
    """Something was to be written after the end of a call's ledger."""

    code = "line-ledger-shut"
    fact = gettext_noop("The ledger of this call is shut; nothing can follow.")
    mend = gettext_noop("Nothing needs doing; the late event was dropped.")


class EvidenceMissingError(LineError, RefusedError):
    """The recording may not start: what was said and answered does not allow it."""

    code = "line-evidence-missing"
    fact = gettext_noop("The recording may not start: %(why)s.")
    mend = gettext_noop("The call goes on unrecorded.")


class AsksTooLateError(LineError, RefusedError):
    """The policy lets a call be recorded, or a person be identified, before they are told."""

    code = "line-asks-too-late"
    fact = gettext_noop("The policy's %(direction)s rule tells the person only %(announce)s.")
    mend = gettext_noop("Tell before connecting, outbound before identification, and publish anew.")


class PermitRefusedError(LineError, RefusedError):
    """An outbound call without a valid permit is not made."""

    code = "line-permit-refused"
    fact = gettext_noop("The call is not made: %(why)s.")
    mend = gettext_noop("Ask for a new permit with a permitted reason and its reference.")


class NoSuchCallError(LineError, BadInputError):
    """There is no running call of this reference for this agent."""

    code = "line-no-such-call"
    fact = gettext_noop("There is no such call now.")
    mend = gettext_noop("It may have just ended; look at the list of calls.")


class NotNowError(LineError, RefusedError):
    """The call is not at the point where this can be done."""

    code = "line-not-now"
    fact = gettext_noop("This cannot be done now: %(why)s.")
    mend = gettext_noop("Look at the state of the call and try again.")


class LineUnreachableError(LineError):
    """The phone line does not answer on its control socket."""

    code = "line-unreachable"
    fact = gettext_noop("The phone line does not answer.")
    mend = gettext_noop("Start it with `callward line` or `callward up`; running calls go on.")


class ControlMessageError(LineError, BadInputError):
    """A message on the control channel is not understood."""

    code = "line-control-message"
    fact = gettext_noop("The message to the phone line is not understood: %(where)s: %(kind)s.")
    mend = gettext_noop("Use the same version on both sides.")


class NoMediaPortError(LineError):
    """Every port for audio is taken."""

    code = "line-no-media-port"
    fact = gettext_noop("There is no free port for the audio of another call.")
    mend = gettext_noop("Widen the range of media ports, or lower the number of concurrent calls.")


class DiskNearlyFullError(LineError, RefusedError):
    """There is no room for another recording; running ones are kept."""

    code = "line-disk-nearly-full"
    fact = gettext_noop("The disk is nearly full; new calls are not recorded.")
    mend = gettext_noop("Make room; the worker collects what waits when it runs.")


class SpoolKeyMissingError(LineError, RefusedError):
    """The house side has published no key for today, so nothing can be sealed."""

    code = "line-spool-key-missing"
    fact = gettext_noop("There is no key for the recordings of today.")
    mend = gettext_noop("Start the worker; it publishes the keys of the days to come.")


class MemoryNotVolatileError(LineError):
    """The place for the keys of running calls is not memory, or not ours alone."""

    code = "line-memory-not-volatile"
    fact = gettext_noop("The keys of running calls need a folder in memory that is ours alone.")
    mend = gettext_noop("Name a folder on a tmpfs, such as one under /dev/shm, with mode 0700.")


class SpoolRunningError(LineError):
    """The call is still being recorded, or another worker has it."""

    code = "line-spool-running"
    fact = gettext_noop("The spooled call %(ref)s is still in use.")
    mend = gettext_noop("Nothing needs to be done; it is taken in when it has ended.")


class SpoolKeyGoneError(LineError):
    """The key of a spooled call is gone: the machine fell while it was being recorded."""

    code = "line-spool-key-gone"
    fact = gettext_noop("The key of the spooled call %(ref)s is gone, so it cannot be opened.")
    mend = gettext_noop("The machine fell during the call; note the gap and remove what is left.")
