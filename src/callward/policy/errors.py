"""Why a policy file cannot be used; values of the file are never repeated, only its keys."""

from __future__ import annotations

from callward.kernel.errors import BadInputError, gettext_noop


class PolicyError(BadInputError):
    """A policy file cannot be used; says the line, the key and the mend.

    `rule` is the code of the lint rule that this would break if it could be written at all.
    """

    code = "policy"
    fact = gettext_noop("Line %(line)s, key “%(key)s”: the policy cannot be used.")
    mend = gettext_noop("Correct it and try again.")

    def __init__(self, *, line: int | None = None, key: str = "", **facts: object) -> None:
        self.line = line
        self.key = key
        self.rule: str | None = None
        self.others: tuple[PolicyError, ...] = ()
        super().__init__(line=line if line is not None else "?", key=key, **facts)


class PolicyTooLargeError(PolicyError):
    """The file is larger than any honest policy."""

    code = "policy-too-large"
    fact = gettext_noop("The policy file is larger than %(limit)s bytes or %(lines)s lines.")
    mend = gettext_noop("Shorten it; one controller needs a few hundred lines.")


class PolicyNotTextError(PolicyError):
    """The file is not UTF-8."""

    code = "policy-not-text"
    fact = gettext_noop("The policy file is not UTF-8 text.")
    mend = gettext_noop("Save it as UTF-8.")


class PolicyLineTooLongError(PolicyError):
    """A line is longer, or more deeply dotted, than any honest line."""

    code = "policy-line-too-long"
    fact = gettext_noop(
        "Line %(line)s is longer than %(limit)s characters or has more than %(dots)s dots."
    )
    mend = gettext_noop("Break the line.")


class PolicyNotTomlError(PolicyError):
    """The file does not follow TOML."""

    code = "policy-not-toml"
    fact = gettext_noop("Line %(line)s does not follow TOML: %(reason)s.")
    mend = gettext_noop("Correct the line; the same table or key may stand only once.")


class PolicyTooDeepError(PolicyError):
    """Tables or arrays are nested beyond reason."""

    code = "policy-too-deep"
    fact = gettext_noop(
        "The policy file is nested deeper than %(limit)s levels or too long a list."
    )
    mend = gettext_noop("Flatten it; see docs/reference/policy.md.")


class PolicyUnknownKeyError(PolicyError):
    """A key is not in the closed list."""

    code = "policy-unknown-key"
    fact = gettext_noop("Line %(line)s: “%(key)s” is not a key of a policy.")
    mend = gettext_noop("Known here: %(known)s.")


class PolicyForeignLetterError(PolicyError):
    """A key or identifier uses letters that only look like Latin ones."""

    code = "policy-foreign-letter"
    fact = gettext_noop("Line %(line)s: “%(key)s” has letters that only look like a to z.")
    mend = gettext_noop("Type it anew in Latin letters: %(name)s.")


class PolicyMissingKeyError(PolicyError):
    """A key that every policy needs is absent."""

    code = "policy-missing-key"
    fact = gettext_noop("Line %(line)s: the key “%(key)s” is missing.")
    mend = gettext_noop("Add it; see docs/reference/policy.md.")


class PolicyUnknownValueError(PolicyError):
    """A value is not in the closed list."""

    code = "policy-unknown-value"
    fact = gettext_noop("Line %(line)s: the value of “%(key)s” is not known.")
    mend = gettext_noop("Choose one of %(known)s.")


class PolicyWrongValueError(PolicyError):
    """A value has the wrong type or form."""

    code = "policy-wrong-value"
    fact = gettext_noop("Line %(line)s: the value of “%(key)s” is not usable: %(reason)s.")
    mend = gettext_noop("Write it as docs/reference/policy.md shows.")


class PolicyIncompleteError(PolicyError):
    """A policy lacks what the engine needs to run by it; lint says which article asks for it."""

    code = "policy-incomplete"
    fact = gettext_noop("The policy cannot be compiled: “%(key)s” is missing.")
    mend = gettext_noop("Run `callward policy lint` and add it.")


class CanonicalFormError(PolicyError):
    """Stored bytes are not the canonical form of a policy."""

    code = "policy-not-canonical"
    fact = gettext_noop("These bytes are not the canonical form of a policy.")
    mend = gettext_noop("Compile the policy file again; archived bytes must never be edited.")
