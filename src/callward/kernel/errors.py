"""The root of every error that Callward raises on purpose."""

from __future__ import annotations

from typing import ClassVar


def gettext_noop(text: str) -> str:
    """Mark a sentence for the translators without translating it here."""
    return text


class CallwardError(Exception):
    """A fact that stops us, with the mend; carries references and codes, never persons.

    `fact` and `mend` are translatable templates with named `%(name)s` placeholders that
    `facts` fills; interfaces translate them, the string form is English.
    """

    code: ClassVar[str] = "callward"
    fact: ClassVar[str] = gettext_noop("Callward cannot do this.")
    mend: ClassVar[str] = gettext_noop("Ask your administrator.")

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(facts)

    def __str__(self) -> str:
        return f"{self.fact % self.facts} {self.mend % self.facts}"


class RefusedError(CallwardError):
    """The asked act is not allowed now; the edge writes the refusal into the audit."""

    code = "refused"
    fact = gettext_noop("This is not allowed.")
    mend = gettext_noop("Ask a supervisor for the right role, grant or purpose.")


class BadInputError(CallwardError):
    """What was handed in cannot be used; nothing was changed."""

    code = "bad-input"
    fact = gettext_noop("The input cannot be used.")
    mend = gettext_noop("Correct it and try again.")


class UnavailableError(CallwardError):
    """Something that Callward needs does not answer or takes nothing in; later it may."""

    code = "unavailable"
    fact = gettext_noop("Something that Callward needs does not answer.")
    mend = gettext_noop("Try again later.")
    again_seconds: ClassVar[int] = 5  # what a machine is told to wait


class NotFoundError(CallwardError):
    """There is nothing under this reference, or nothing that may be shown."""

    code = "not-found"
    fact = gettext_noop("There is nothing under the reference %(ref)s.")
    mend = gettext_noop("Check the reference.")
