"""How long backups live: the shortest life that any policy in force promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.controllers import selectors as controllers
from callward.kernel.calendar import add_civil, local_day, zone_named
from callward.kernel.errors import BadInputError, gettext_noop
from callward.ops.errors import OpsError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from callward.kernel.calendar import Period
    from callward.policy import CompiledPolicy


class NoControllerError(OpsError, BadInputError):
    """The life of a backup comes from the policies."""

    code = "no-controller"
    fact = gettext_noop("There is no controller, so nothing says how long a backup may live.")
    mend = gettext_noop("Run “callward controller add POLICY.toml” first.")


def _policies(at: datetime) -> list[CompiledPolicy]:
    found = [controllers.policy_in_force(view.ref, at=at) for view in controllers.controllers()]
    if not found:
        raise NoControllerError
    return found


def _dies_on(lives: Iterable[Period], *, at: datetime) -> date:
    """Days of the backup are UTC days."""
    today = local_day(at, zone=zone_named("UTC"))
    return min(add_civil(today, life) for life in lives)


def data_lives(at: datetime) -> list[Period]:
    """The life of a copy of the rows, as each policy promises it."""
    return [one.backup_life for one in _policies(at)]


def data_dies_on(at: datetime) -> date:
    """The day on which a backup of the data that is made now must be gone."""
    return _dies_on(data_lives(at), at=at)


def keys_die_on(at: datetime) -> date:
    """The day on which a backup of the keys that is made now must be gone."""
    return _dies_on((one.key_backup_life for one in _policies(at)), at=at)
