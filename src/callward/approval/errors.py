"""The facts that stop an act of two people."""

from __future__ import annotations

from callward.kernel.errors import CallwardError, RefusedError, gettext_noop


class ApprovalError(CallwardError):
    """The root of what an approval refuses."""

    code = "approval"


class NotAskedError(ApprovalError, RefusedError):
    """Nobody asked for it."""

    code = "approval-not-asked"
    fact = gettext_noop("Nobody has asked for the approval of %(ref)s.")
    mend = gettext_noop("Ask for it first; a second person then approves.")


class SamePersonError(ApprovalError, RefusedError):
    """The one who asked cannot approve."""

    code = "same-person"
    fact = gettext_noop("The approval of %(ref)s was asked for by the same person.")
    mend = gettext_noop("Let a second person approve it, or wait for the delay of the policy.")


class SecondPersonError(ApprovalError, RefusedError):
    """Whoever approves lacks the role that the policy names."""

    code = "second-person-role"
    fact = gettext_noop("The approval of %(ref)s needs the role %(role)s.")
    mend = gettext_noop("Let a person with that role approve it.")


class DelayRunningError(ApprovalError, RefusedError):
    """The policy names no second person, and its delay has not passed."""

    code = "approval-delay-running"
    fact = gettext_noop("The approval of %(ref)s takes effect by itself from %(from)s.")
    mend = gettext_noop("Wait for the delay of the policy; the officer may say no until then.")
