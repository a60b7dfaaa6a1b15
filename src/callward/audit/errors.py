"""The facts that stop the audit."""

from __future__ import annotations

from callward.kernel.errors import BadInputError, CallwardError, NotFoundError, gettext_noop


class AuditError(CallwardError):
    """The root of the audit's errors."""

    code = "audit"


class AuditFactError(AuditError, BadInputError):
    """A fact is none of reference, code, number and date; its value is never repeated."""

    code = "audit-fact"
    fact = gettext_noop("The fact “%(name)s” may not stand in the audit.")
    mend = gettext_noop("Give a reference, a code, a count or a date; commit to anything else.")


class LeafNotFoundError(AuditError, NotFoundError):
    """There is no entry of this index."""

    code = "audit-leaf-not-found"
    fact = gettext_noop("There is no audit entry %(index)s.")
    mend = gettext_noop("Check the index.")


class LeafNotSealedError(AuditError):
    """No checkpoint covers the entry yet."""

    code = "audit-leaf-not-sealed"
    fact = gettext_noop("No checkpoint covers the audit entry %(index)s yet.")
    mend = gettext_noop("Make one with: callward audit checkpoint")


class MalformedNoteError(AuditError, BadInputError):
    """A text is not a checkpoint or proof in the C2SP format."""

    code = "audit-note"
    fact = gettext_noop("The text is not a signed %(kind)s.")
    mend = gettext_noop("Hand in the file as Callward wrote it.")


class TreeDamagedError(AuditError):
    """The stored tree contradicts itself; the check names where."""

    code = "audit-damaged"
    fact = gettext_noop("The audit tree is damaged at tile %(level)s/%(number)s.")
    mend = gettext_noop("Run: callward audit verify")
