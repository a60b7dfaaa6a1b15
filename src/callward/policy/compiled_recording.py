"""The recording rules of a policy, from `[activity.call-recording]`."""

from __future__ import annotations

from itertools import chain, combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, TypedDict

from callward.kernel.calendar import Period
from callward.policy.compiled import AccessRules, PlayRule, RecordingRules, ReleaseRules
from callward.policy.compiled_announcement import digits_of, pause_rule, telling_of
from callward.policy.compiled_values import needed, needed_period, needed_rule
from callward.policy.vocabulary import RECORDING_ACTIVITY, Need, PlayRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callward.policy.schema import Policy
    from callward.policy.schema_activity import Access, Activity, Intake, Release

_HERE = f"activity.{RECORDING_ACTIVITY}"


def recording_rules(policy: Policy) -> RecordingRules | None:
    """What governs recordings; None for a controller that records no calls."""
    activity = policy.activity.get(RECORDING_ACTIVITY)
    return None if activity is None else _rules_of(policy, activity)


def _rules_of(policy: Policy, activity: Activity) -> RecordingRules:
    telling = telling_of(policy, activity)
    return RecordingRules(
        directions=activity.directions,
        numbers=activity.numbers,
        purposes=activity.purposes,
        categories=activity.categories,
        basis_of=_bases(policy, activity),
        consent=MappingProxyType({way: each.consent for way, each in telling.items()}),
        telling=telling,
        digits=digits_of(activity.digits),
        pause=pause_rule(activity.pause),
        officer_unrecorded=bool(activity.officer_unrecorded),
        access=_access(needed(f"{_HERE}.access", activity.access)),
        release=_release(needed(f"{_HERE}.release", activity.release)),
        regions=needed(f"{_HERE}.locate", activity.locate).regions,
        unrecorded=frozenset(map(str, activity.unrecorded)),
        stop_within=Period(seconds=needed(f"{_HERE}.stop", activity.stop).within_seconds),
        **_taken_in(needed(f"{_HERE}.intake", activity.intake)),
        source_deletion=_source_deletion(policy),
    )


class _TakenIn(TypedDict):
    """What the intake of recordings goes by."""

    match_within: Period
    imports: frozenset[str]
    max_bytes: int
    length_tolerance: Period


def _taken_in(intake: Intake) -> _TakenIn:
    here = f"{_HERE}.intake"
    return _TakenIn(
        match_within=needed_period(f"{here}.match_within", intake.match_within),
        imports=frozenset(map(str, intake.formats)),
        max_bytes=intake.max_bytes,
        length_tolerance=needed_period(f"{here}.length_tolerance", intake.length_tolerance),
    )


def play_rule(recording: RecordingRules | None) -> PlayRule | None:
    """The compiled question “may this person play”; None where nothing is recorded."""
    if recording is None:
        return None
    access = recording.access
    return PlayRule(
        purposes=access.purposes,
        roles=tuple(sorted(access.roles)),
        needs=access.needs,
        refusals=_refusals(access.needs),
    )


def _refusals(needs: frozenset[Need]) -> Mapping[frozenset[Need], PlayRefusal]:
    sizes = range(len(Need) + 1)
    refusals = {}
    for met in map(frozenset, chain.from_iterable(combinations(Need, size) for size in sizes)):
        first_missing = next((need for need in Need if need in needs - met), None)
        if first_missing:
            refusals[met] = PlayRefusal(f"need-missing:{first_missing}")
    return MappingProxyType(refusals)


def _bases(policy: Policy, activity: Activity) -> Mapping[str, str]:
    bases = {}
    for name in sorted(activity.purposes):
        purpose = needed(f"purpose.{name}", policy.purpose.get(name))
        bases[name] = str(needed(f"purpose.{name}.basis", purpose.basis))
    return MappingProxyType(bases)


def _access(access: Access) -> AccessRules:
    return AccessRules(
        roles=access.roles,
        purposes=access.purposes,
        needs=access.needs,
        playback=needed_period(f"{_HERE}.access.playback", access.playback),
    )


def _release(release: Release) -> ReleaseRules:
    return ReleaseRules(
        to=frozenset(map(str, release.to)),
        other_voices=str(release.other_voices),
        channels=frozenset(map(str, release.channels)),
    )


def _source_deletion(policy: Policy) -> Period | None:
    for recipient in policy.recipient:
        if recipient.activity == RECORDING_ACTIVITY and recipient.delete:
            return needed_rule("recipient.delete", recipient.delete).period
    return None
