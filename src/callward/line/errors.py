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
