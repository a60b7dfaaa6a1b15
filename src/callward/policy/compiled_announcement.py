"""What is told and asked on a call, which keys count, and what governs voicemail."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from callward.policy.compiled import Digits, PauseRule, Telling, VoicemailRules
from callward.policy.compiled_values import needed, needed_period
from callward.policy.vocabulary import (
    RECORDING_ACTIVITY,
    VOICEMAIL_ACTIVITY,
    Announce,
    ConsentMode,
    Direction,
    OutboundReason,
)
from callward.policy.vocabulary_calls import Said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callward.policy.schema import Policy
    from callward.policy.schema_activity import (
        Activity,
        Digits as WrittenDigits,
        Inbound,
        Outbound,
        Pause,
    )

_RECORDING = f"activity.{RECORDING_ACTIVITY}"
_VOICEMAIL = f"activity.{VOICEMAIL_ACTIVITY}"
_NO_REASONS: frozenset[OutboundReason] = frozenset()


def telling_of(policy: Policy, activity: Activity) -> Mapping[Direction, Telling]:
    """What is told and asked, per direction that is recorded."""
    telling: dict[Direction, Telling] = {}
    if Direction.IN in activity.directions:
        inbound = needed(f"{_RECORDING}.inbound", activity.inbound)
        told = _telling(policy, inbound, reasons=_NO_REASONS)
        telling[Direction.IN] = replace(told, early_media=bool(inbound.early_media))
    if Direction.OUT in activity.directions:
        outbound = needed(f"{_RECORDING}.outbound", activity.outbound)
        telling[Direction.OUT] = _telling(policy, outbound, reasons=_narrower(outbound))
    if Direction.INTERNAL in activity.directions:
        telling[Direction.INTERNAL] = _among_colleagues(policy)
    return MappingProxyType(telling)


def _telling(
    policy: Policy, said: Inbound | Outbound, *, reasons: frozenset[OutboundReason]
) -> Telling:
    return Telling(
        announce=said.announce,
        consent=said.consent,
        refuse=said.refuse,
        says=said.says or frozenset(Said),
        languages=said.languages or policy.languages,
        early_media=False,
        reasons=reasons,
    )


def _among_colleagues(policy: Policy) -> Telling:
    # The staff notice tells colleagues; nobody is asked on the line (G-10).
    return Telling(
        announce=Announce.ON_CONNECT,
        consent=ConsentMode.NONE,
        refuse=None,
        says=frozenset(Said),
        languages=policy.languages,
        early_media=False,
        reasons=_NO_REASONS,
    )


def _narrower(outbound: Outbound) -> frozenset[OutboundReason]:
    # where a text names two lists of reasons, the narrower one wins.
    return outbound.reasons & (outbound.or_reasons or outbound.reasons)


def outbound_reasons(policy: Policy) -> frozenset[OutboundReason]:
    """Why people may be called at all; empty means that nobody is called."""
    recording = policy.activity.get(RECORDING_ACTIVITY)
    reasons = policy.calling.reasons if policy.calling else _NO_REASONS
    if recording and recording.outbound:
        reasons |= _narrower(recording.outbound)
    return reasons


def digits_of(written: WrittenDigits | None) -> Digits:
    """The keys that agree, refuse and stop: those of the file, or those of the schema."""
    if written is None:
        return Digits()
    return Digits(agree=written.agree, refuse=written.refuse, stop=written.stop)


def pause_rule(written: Pause | None) -> PauseRule | None:
    """For how long and why a recording may be paused; None where it may not."""
    if written is None:
        return None
    longest = needed_period(f"{_RECORDING}.pause.max", written.max)
    return PauseRule(max=longest, reasons=written.reasons)


def voicemail_rules(policy: Policy) -> VoicemailRules | None:
    """What governs messages left by voice; None for a controller that takes none."""
    activity = policy.activity.get(VOICEMAIL_ACTIVITY)
    if activity is None:
        return None
    message = activity.message
    longest = message.longest if message else None
    return VoicemailRules(
        announce=message.announce if message else Announce.BEFORE_CONNECT,
        longest=None if longest is None else needed_period(f"{_VOICEMAIL}.message", longest),
        purposes=activity.purposes,
        categories=activity.categories,
        regions=needed(f"{_VOICEMAIL}.locate", activity.locate).regions,
    )
