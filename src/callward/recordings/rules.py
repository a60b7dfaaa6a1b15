"""Pure rules about recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.policy import may_play
from callward.policy.vocabulary import PlayRefusal
from callward.recordings.states import RecordingState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from callward.policy import CompiledPolicy
    from callward.policy.vocabulary import Need, Role

WAVE_POINTS = 1500
FULL_SCALE = 32768
_LOUDEST = 127


def why_not_play(
    policy: CompiledPolicy, *, roles: Iterable[Role], purpose: str | None, met: frozenset[Need]
) -> PlayRefusal | None:
    """The first rung that stops a person: role, then purpose, then needs; None when none does."""
    rules = policy.recording
    if rules is None:
        return PlayRefusal.RECORDS_NO_CALLS
    allowed = sorted(role for role in roles if role in rules.access.roles)
    if not allowed:
        return PlayRefusal.ROLE_NOT_ALLOWED
    return may_play(policy, role=allowed[0], purpose=purpose, met=met)


def verdict(
    *, told: float, measured: float, tolerance: float, faults: int
) -> tuple[RecordingState, str]:
    """The state of a recording that was decoded whole, and what is wrong with it."""
    if measured <= 0:
        return RecordingState.FAILED, "no-audio"
    if faults:
        return RecordingState.DEGRADED, "decode-faults"
    if told > 0 and abs(told - measured) > tolerance:
        return RecordingState.DEGRADED, "length-differs"
    return RecordingState.VERIFIED, ""


def wave_of(loudness: Sequence[int], *, points: int = WAVE_POINTS) -> bytes:
    """The loudest moment of each of at most `points` equal parts, 0 to 127."""
    count = min(points, len(loudness))
    return bytes(
        min(_LOUDEST, max(loudness[_part(loudness, place, count)]) * (_LOUDEST + 1) // FULL_SCALE)
        for place in range(count)
    )


def _part(loudness: Sequence[int], place: int, count: int) -> slice:
    return slice(place * len(loudness) // count, (place + 1) * len(loudness) // count)
