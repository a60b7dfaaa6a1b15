"""Lint rules on who may hear, who gets a copy, and where recordings may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel.errors import gettext_noop
from callward.policy.law import countable
from callward.policy.lint_recording import recordings_of
from callward.policy.lint_rule import Rule, Trouble, checks
from callward.policy.vocabulary import (
    RECORDING_ACTIVITY,
    Need,
    OtherVoices,
    ReleaseTo,
    Role,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema import Policy
    from callward.policy.schema_activity import Access

_HERE = f"activity.{RECORDING_ACTIVITY}"
_NEVER_LISTENS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


def _access_of(policy: Policy) -> Iterator[Access]:
    for recording in recordings_of(policy):
        if recording.access:
            yield recording.access


@checks(
    Rule(
        code="P-15",
        article="GDPR 32(1), 29",
        fact=gettext_noop("%(where)s does not say who may open a recording."),
        mend=gettext_noop("Add access with roles, for example call-reviewer."),
    )
)
def _no_roles(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        if recording.access is None or not recording.access.roles:
            yield Trouble(f"{_HERE}.access.roles")


@checks(
    Rule(
        code="P-16",
        article="GDPR 5(1)(b)",
        fact=gettext_noop("%(where)s does not say why a recording may be opened."),
        mend=gettext_noop("Add access.purposes out of the purposes of the activity."),
    )
)
def _no_reasons_to_listen(policy: Policy) -> Iterator[Trouble]:
    for access in _access_of(policy):
        if not access.purposes:
            yield Trouble(f"{_HERE}.access.purposes")


@checks(
    Rule(
        code="P-17",
        article="GDPR 5(1)(b)",
        fact=gettext_noop("%(where)s allows %(purpose)s, for which nothing is recorded."),
        mend=gettext_noop("Take it out, or add it to the purposes of the activity."),
    )
)
def _foreign_reason_to_listen(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        listens = recording.access.purposes if recording.access else frozenset()
        for purpose in sorted(listens - recording.purposes):
            yield Trouble(f"{_HERE}.access.purposes", {"purpose": purpose})


@checks(
    Rule(
        code="P-18",
        article="GDPR 32(1), 32(4)",
        fact=gettext_noop("%(where)s does not ask for %(need)s."),
        mend=gettext_noop("Add it to access.needs."),
    )
)
def _missing_needs(policy: Policy) -> Iterator[Trouble]:
    for access in _access_of(policy):
        for need in sorted(frozenset(Need) - access.needs):
            yield Trouble(f"{_HERE}.access.needs", {"need": need})


@checks(
    Rule(
        code="P-19",
        article="GDPR 5(1)(f)",
        fact=gettext_noop("%(where)s does not say for how long one playback lasts."),
        mend=gettext_noop("Add an exact time, for example playback = PT15M."),
    )
)
def _endless_playback(policy: Policy) -> Iterator[Trouble]:
    for access in _access_of(policy):
        period = countable(access.playback)
        if period is None or not period.exact:
            yield Trouble(f"{_HERE}.access.playback")


@checks(
    Rule(
        code="P-25",
        article="GDPR 5(1)(f), 32(4)",
        fact=gettext_noop(
            "%(where)s lets %(role)s listen, who looks after the system or checks it."
        ),
        mend=gettext_noop("Take the role out and appoint a call-reviewer."),
    )
)
def _wrong_listener(policy: Policy) -> Iterator[Trouble]:
    for access in _access_of(policy):
        for role in sorted(access.roles & _NEVER_LISTENS):
            yield Trouble(f"{_HERE}.access.roles", {"role": role})


@checks(
    Rule(
        code="P-21",
        article="GDPR 15(3)",
        fact=gettext_noop("%(where)s does not give the person a copy."),
        mend=gettext_noop("Add release with to = [subject, authority] and the channels to ask on."),
    )
)
def _no_copy(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        release = recording.release
        if release is None or ReleaseTo.SUBJECT not in release.to or not release.channels:
            yield Trouble(f"{_HERE}.release")


@checks(
    Rule(
        code="L-08",
        article="GDPR 15(3), 15(4)",
        fact=gettext_noop("%(where)s lets every other party veto a copy."),
        mend=gettext_noop("Set other_voices = mask: redact the others instead."),
        waivable=True,
    )
)
def _veto_on_copies(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        if recording.release and recording.release.other_voices is OtherVoices.VETO:
            yield Trouble(f"{_HERE}.release")


@checks(
    Rule(
        code="P-22",
        article="GDPR 13(1)(f)",
        fact=gettext_noop("%(where)s does not say where the data is."),
        mend=gettext_noop("Add locate = { regions = [EEA] } or narrower."),
    )
)
def _nowhere(policy: Policy) -> Iterator[Trouble]:
    for name, activity in policy.activity.items():
        if activity.locate is None or not activity.locate.regions:
            yield Trouble(f"activity.{name}.locate")
