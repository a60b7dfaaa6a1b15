"""From a policy as written to the plain values that the engine runs by."""

from __future__ import annotations

from itertools import chain, combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, TypedDict

from callward.kernel.calendar import Period, zone_named
from callward.policy.canonical import policy_id_of
from callward.policy.compiled import (
    AccessRules,
    CompiledPolicy,
    PlayRule,
    RecordingRules,
    ReleaseRules,
    TwoPersonRule,
)
from callward.policy.compiled_announcement import (
    digits_of,
    outbound_reasons,
    pause_rule,
    telling_of,
    voicemail_rules,
)
from callward.policy.compiled_values import holds_of, needed, needed_period, needed_rule, rules_of
from callward.policy.errors import PolicyIncompleteError
from callward.policy.vocabulary import RECORDING_ACTIVITY, Need, PlayRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from callward.policy.schema import Policy
    from callward.policy.schema_activity import Access, Activity, Intake, Release
    from callward.policy.vocabulary_notice import Reviewed

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


def compile_policy(policy: Policy) -> CompiledPolicy:
    """Compile once; raises PolicyIncompleteError where the engine would have to guess."""
    from callward.policy.policy_file import canonical_json  # noqa: PLC0415  # pydantic is slow to load

    return _compiled(policy, canonical_json(policy))


def from_canonical(canonical: bytes) -> CompiledPolicy:
    """Read archived bytes back to the same compiled policy; raises CanonicalFormError."""
    from callward.policy.policy_file import policy_of  # noqa: PLC0415  # pydantic is slow to load

    return _compiled(policy_of(canonical), canonical)


def _compiled(policy: Policy, canonical: bytes) -> CompiledPolicy:
    recording = recording_rules(policy)
    month, day = policy.controller.financial_year_ends.split("-")
    return CompiledPolicy(
        **_header(policy),
        policy_id=policy_id_of(canonical),
        zone=zone_named(policy.timezone),
        recording=recording,
        voicemail=voicemail_rules(policy),
        outbound_reasons=outbound_reasons(policy),
        show_failure_after=_show_failure_after(policy),
        reviews=_reviews(policy),
        rules=rules_of(policy),
        holds=holds_of(policy),
        two_person=_two_person(policy),
        backup_life=needed_rule("backup.data", policy.backup.kept).period,
        key_backup_life=needed_rule("backup.keys", policy.backup.keys).period,
        financial_year_ends=(int(month), int(day)),
        canonical=canonical,
        play=play_rule(recording),
    )


class _Header(TypedDict):
    """What a compiled policy takes from the head of the file as it stands."""

    controller: str
    legal_name: str
    brand: str
    jurisdiction: str
    languages: tuple[str, ...]
    version: str
    effective: date
    previous: str | None


def _header(policy: Policy) -> _Header:
    return _Header(
        controller=policy.controller.id,
        legal_name=policy.controller.legal_name,
        brand=policy.controller.brand or policy.controller.legal_name,
        jurisdiction=policy.jurisdiction,
        languages=policy.languages,
        version=policy.version,
        effective=policy.effective,
        previous=policy.previous,
    )


def _show_failure_after(policy: Policy) -> Period | None:
    if policy.publish is None:
        return None
    return needed_period("publish.show_failure_after", policy.publish.show_failure_after)


def _reviews(policy: Policy) -> Mapping[Reviewed, Period]:
    return MappingProxyType(
        {
            what: needed_period(f"review.{what}", period)
            for what, period in sorted(policy.review.items())
        }
    )


def _two_person(policy: Policy) -> TwoPersonRule:
    rule = policy.two_person
    if rule.second is None and rule.delay is None:
        raise PolicyIncompleteError(key="two_person")
    delay = None if rule.delay is None else needed_period("two_person.delay", rule.delay)
    return TwoPersonRule(second=rule.second, delay=delay)
