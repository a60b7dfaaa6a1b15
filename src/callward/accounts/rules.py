"""Who may do what, as plain values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from callward.accounts.states import CAPABILITIES, Capability
from callward.policy.vocabulary import Need, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

_USERNAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}[a-z0-9]")

_LABEL = re.compile(r"[^\W_](?:[\w .-]{0,58}[^\W_])")
_DIGIT_RUN = re.compile(r"\d(?:[ .-]?\d){5}")
_AGENT_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,59}")


def capabilities_of(role: Role) -> frozenset[Capability]:
    """Tell what a role lets a user do."""
    return frozenset(one for one in CAPABILITIES.values() if role in one.roles)


def capabilities_of_all(roles: Iterable[Role]) -> frozenset[Capability]:
    """Tell what several roles together let a user do."""
    return frozenset().union(*(capabilities_of(role) for role in roles))


def is_usable_username(username: str) -> bool:
    """Tell whether nobody can mistake this user name for another."""
    return _USERNAME.fullmatch(username) is not None


def is_usable_label(label: str) -> bool:
    """Tell whether a machine may be called this: no address, and no number of a telephone."""
    return _LABEL.fullmatch(label) is not None and _DIGIT_RUN.search(label) is None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDesk:
    """The carrier's extension that an agent answers, and since when it is theirs."""

    code: str
    since: datetime


def is_usable_desk(desk: AgentDesk, *, role: Role, at: datetime) -> bool:
    """Tell whether an appointment to this role may carry this extension."""
    return role is Role.AGENT and _AGENT_CODE.fullmatch(desk.code) is not None and desk.since <= at


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFact:
    """One training: what it was about, until which day it counts, the instant it lapses."""

    subject: str
    due_on: date
    lapses_at: datetime


def latest_trainings(trainings: Iterable[TrainingFact]) -> tuple[TrainingFact, ...]:
    """Keep the last training of each subject, the one that lapses first in front."""
    latest: dict[str, TrainingFact] = {}
    for training in trainings:
        known = latest.get(training.subject)
        if known is None or training.lapses_at > known.lapses_at:
            latest[training.subject] = training
    return tuple(sorted(latest.values(), key=lambda training: training.lapses_at))


def is_training_current(latest: Sequence[TrainingFact], *, at: datetime) -> bool:
    """K-11: somebody was trained, and no subject is past its due day."""
    return bool(latest) and all(at < training.lapses_at for training in latest)


def warning_due(lapses_at: datetime, *, days_before: Sequence[int], at: datetime) -> int | None:
    """Tell which of the warnings before a lapse stands now: the nearest one reached."""
    left = lapses_at - at
    reached = [days for days in days_before if timedelta(0) < left <= timedelta(days=days)]
    return min(reached, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantSpan:
    """When a grant begins and ends, and when it was withdrawn."""

    begins_at: datetime
    ends_at: datetime
    withdrawn_at: datetime | None = None


def is_grant_open(span: GrantSpan, *, at: datetime) -> bool:
    """Tell whether a grant counts at this instant; at its end it does not."""
    if span.withdrawn_at is not None and span.withdrawn_at <= at:
        return False
    return span.begins_at <= at < span.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInAges:
    """How long a sign-in lives without use, and at the longest."""

    idle: timedelta
    longest: timedelta


def is_sign_in_over(
    *, signed_in_at: datetime, seen_at: datetime, ages: SignInAges, at: datetime
) -> bool:
    """Tell whether a sign-in has ended by itself."""
    return at - seen_at >= ages.idle or at - signed_in_at >= ages.longest
