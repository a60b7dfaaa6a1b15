"""Who may do what, as plain values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from callward.accounts.states import Capability
from callward.policy.vocabulary import Need, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from callward.kernel.references import Ref

_USERNAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}[a-z0-9]")

_ALLOWED: Mapping[Role, frozenset[Capability]] = MappingProxyType(
    {
        Role.AGENT: frozenset({Capability.SEE_OWN_CALLS}),
        Role.SUPERVISOR: frozenset(
            {
                Capability.SEE_CALLS,
                Capability.PLAY,
                Capability.PLACE_HOLD,
                Capability.SEE_DISPOSAL,
                Capability.SEE_CERTIFICATES,
                Capability.MANAGE_GRANTS,
            }
        ),
        Role.CALL_REVIEWER: frozenset({Capability.SEE_CALLS, Capability.PLAY}),
        Role.DPO: frozenset(
            {
                Capability.SEE_CALLS,
                Capability.PLAY,
                Capability.PLACE_HOLD,
                Capability.RELEASE_HOLD,
                Capability.SEE_QUARANTINE,
                Capability.RESOLVE_QUARANTINE,
                Capability.SEE_DISPOSAL,
                Capability.SEE_CERTIFICATES,
                Capability.SEE_AUDIT,
                Capability.MANAGE_GRANTS,
            }
        ),
        Role.ADMINISTRATOR: frozenset(
            {
                Capability.MANAGE_STAFF,
                Capability.MANAGE_POLICY,
                Capability.UPLOAD,
                Capability.DECLARE_SOURCE,
                Capability.SEE_QUARANTINE,
                Capability.RUN_DISPOSAL,
            }
        ),
        Role.AUDITOR: frozenset({Capability.SEE_AUDIT, Capability.SEE_CERTIFICATES}),
    }
)


def capabilities_of(role: Role) -> frozenset[Capability]:
    """Tell what a role lets a user do."""
    return _ALLOWED[role]


def capabilities_of_all(roles: Iterable[Role]) -> frozenset[Capability]:
    """Tell what several roles together let a user do."""
    return frozenset().union(*(capabilities_of(role) for role in roles))


def is_usable_username(username: str) -> bool:
    """Tell whether nobody can mistake this user name for another."""
    return _USERNAME.fullmatch(username) is not None


def needs_met(
    *, second_factor: bool, confidentiality_signed: bool, training_current: bool
) -> frozenset[Need]:
    """Gather what this user brings along; a login is always their own."""
    met = {Need.OWN_LOGIN}
    if second_factor:
        met.add(Need.SECOND_FACTOR)
    if confidentiality_signed:
        met.add(Need.CONFIDENTIALITY_SIGNED)
    if training_current:
        met.add(Need.TRAINING_CURRENT)
    return frozenset(met)
