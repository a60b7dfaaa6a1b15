"""Facts that stop a house whose deployment file cannot be used."""

from __future__ import annotations

from callward.kernel.errors import BadInputError, CallwardError, gettext_noop


class DeploymentError(CallwardError):
    """The root of this package."""

    code = "deployment"


class DeploymentUnreadableError(DeploymentError, BadInputError):
    """The deployment file is there but is no TOML, or may not be read."""

    code = "deployment-unreadable"
    fact = gettext_noop("The file callward.toml cannot be read: %(why)s.")
    mend = gettext_noop("Correct it; “callward settings show” lists every setting.")


class SettingUnknownError(DeploymentError, BadInputError):
    """The deployment file names a setting that there is not."""

    code = "setting-unknown"
    fact = gettext_noop("callward.toml names %(setting)s, which is no setting.")
    mend = gettext_noop("Write it as “callward settings show” does%(near)s, or remove it.")


class VariableUnknownError(DeploymentError, BadInputError):
    """The environment names a setting that there is not."""

    code = "variable-unknown"
    fact = gettext_noop("The environment sets %(variable)s, which is no setting.")
    mend = gettext_noop("Correct its name%(near)s, or unset it.")


class SettingUnusableError(DeploymentError, BadInputError):
    """A setting has a value that it cannot have; the value itself is never repeated."""

    code = "setting-unusable"
    fact = gettext_noop("The setting %(setting)s, from %(source)s, is not %(wanted)s.")
    mend = gettext_noop("Give it such a value, or remove it.")


class SettingMissingError(DeploymentError, BadInputError):
    """A choice needs another setting, which nobody gave."""

    code = "setting-missing"
    fact = gettext_noop("The setting %(setting)s is missing, and %(because)s needs it.")
    mend = gettext_noop("Write it into callward.toml.")


class AuthorityUnreadableError(DeploymentError, BadInputError):
    """The certificates by which a server is known cannot be read."""

    code = "authority-unreadable"
    fact = gettext_noop("The certificates of %(setting)s cannot be read: %(why)s.")
    mend = gettext_noop("Name a PEM file that the user of Callward may read.")


class SecretUnreadableError(DeploymentError, BadInputError):
    """A secret lies where it cannot be read, or where others may read it."""

    code = "secret-unreadable"
    fact = gettext_noop("The secret of %(setting)s cannot be read: %(why)s.")
    mend = gettext_noop("Name a file of mode 0600 that the user of Callward may read.")


class SecretOpenError(DeploymentError, BadInputError):
    """Others than the user of Callward may read a secret."""

    code = "secret-open"
    fact = gettext_noop("Others may read the secret of %(setting)s.")
    mend = gettext_noop("Set the mode of its file to 0600.")
