"""From a policy as written to the plain values that the engine runs by."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, TypedDict

from callward.kernel.calendar import zone_named
from callward.policy.canonical import policy_id_of
from callward.policy.compiled import CompiledPolicy, TwoPersonRule
from callward.policy.compiled_announcement import outbound_reasons, voicemail_rules
from callward.policy.compiled_recording import play_rule, recording_rules
from callward.policy.compiled_values import holds_of, needed_period, needed_rule, rules_of
from callward.policy.errors import PolicyIncompleteError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from callward.kernel.calendar import Period
    from callward.policy.schema import Policy
    from callward.policy.vocabulary_notice import Reviewed


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
