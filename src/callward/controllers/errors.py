"""The facts that stop us about controllers and their policies."""

from __future__ import annotations

from callward.kernel.errors import (
    BadInputError,
    CallwardError,
    NotFoundError,
    RefusedError,
    gettext_noop,
)


class ControllersError(CallwardError):
    """The root of this room's errors."""

    code = "controllers"


class ControllerNotFoundError(ControllersError, NotFoundError):
    """No controller has this reference or slug."""

    code = "controller-not-found"
    fact = gettext_noop("There is no controller %(ref)s.")
    mend = gettext_noop("Add it with: callward controller add FILE")


class PolicyNotFoundError(ControllersError, NotFoundError):
    """No activated policy has this id."""

    code = "policy-not-found"
    fact = gettext_noop("There is no activated policy %(policy_id)s.")
    mend = gettext_noop("Activate the file with: callward controller add FILE")


class NoPolicyInForceError(ControllersError, RefusedError):
    """The controller had no policy in force at that instant."""

    code = "no-policy-in-force"
    fact = gettext_noop("The controller %(ref)s has no policy in force at that instant.")
    mend = gettext_noop("Activate a policy whose effective date has come.")


class ControllerKnownError(ControllersError, BadInputError):
    """A controller of this slug exists already."""

    code = "controller-known"
    fact = gettext_noop("The controller %(slug)s exists already.")
    mend = gettext_noop("Activate the file as a new revision of its policy.")


class PolicyLintError(ControllersError, RefusedError):
    """The policy has findings that may not be waived."""

    code = "policy-lint"
    fact = gettext_noop("The policy has %(count)s errors, first: %(first)s.")
    mend = gettext_noop("See them all with: callward policy lint FILE")


class PolicyOfAnotherError(ControllersError, BadInputError):
    """The policy names another controller."""

    code = "policy-of-another-controller"
    fact = gettext_noop("The policy is of the controller %(found)s, not of %(wanted)s.")
    mend = gettext_noop("Hand in the file of this controller.")


class PolicyChainError(ControllersError, RefusedError):
    """The policy does not name the revision in force as its previous one."""

    code = "policy-chain"
    fact = gettext_noop("The policy names %(found)s as its previous revision, not %(wanted)s.")
    mend = gettext_noop("Write previous = “%(wanted)s” into the file.")


class PolicyKnownError(ControllersError, BadInputError):
    """The very same policy was activated before."""

    code = "policy-known"
    fact = gettext_noop("The policy %(policy_id)s was activated before.")
    mend = gettext_noop("Raise its version to activate it anew.")
