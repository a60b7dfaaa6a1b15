"""The closed list of everything kept that has an end, and the rules of the policy it ends by.

One clock counts them all: of the caps that a policy has the earliest ends a thing, a floor of the
same activity keeps it longer, and a hold of the same activity stops its disposal.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_CALL = ("call.initiated", "data.collected")
_ACTIVITY, _RETAIN, _FLOOR, _HOLD = "activity", "retain", "floor", "hold"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kind:
    """One kind of kept thing: where it stands, what it counts from, which rules end it."""

    name: str
    rules: tuple[str, ...]  # the caps, exactly as the sentences of a notice name them
    otherwise: tuple[str, ...] = ()  # the caps where a policy has none of those
    table: str
    starts: Mapping[str, str]  # start event -> the column with its instant or day
    controller: str = "controller_ref"  # empty: it belongs to the house, no controller
    promised: str = ""  # the column with the policy that was told; empty: the one then in force
    sealed: str = ""  # its activity in the vault and in retention; empty: it is a row alone

    @property
    def activities(self) -> tuple[str, ...]:
        """The activities whose holds count for it; what is raw is never held for its own sake."""
        rules = self.rules if self.sealed else self._whole
        return tuple(dict.fromkeys(rule.split(".")[1] for rule in rules))

    @property
    def floors(self) -> tuple[str, ...]:
        """The floors that keep it longer."""
        return tuple(f"{rule.removesuffix(_RETAIN)}{_FLOOR}" for rule in self._whole)

    @property
    def _whole(self) -> tuple[str, ...]:
        """The rules of whole activities."""
        caps = (rule.split(".") for rule in self.rules)
        return tuple(".".join(cap) for cap in caps if (cap[0], cap[2]) == (_ACTIVITY, _RETAIN))


def _from(column: str, *events: str) -> Mapping[str, str]:
    return MappingProxyType(dict.fromkeys(events, column))


_CALL_RULES = (
    "record.call-detail.retain",
    "activity.call-centre-data.retain",
    "activity.cdr.retain",
)
_RECORDING_RULE = "activity.call-recording.retain"
_RAW_RULES = ("activity.call-recording.intake.raw", "record.raw-payload.retain")
# Of a policy that says nothing else of its calls than how long it keeps what was recorded.
_OF_CALLS = (_RECORDING_RULE, "activity.voicemail.retain")

RECORDING = Kind(
    name="recording",
    rules=(_RECORDING_RULE,),
    table="retention_item",  # told apart there by its activity
    starts=_from("called_at", *_CALL),
    promised="policy_id",
    sealed="call-recording",
)
VOICE_MESSAGE = Kind(
    name="voice-message",
    rules=("activity.voicemail.retain",),
    table="retention_item",  # told apart there by its activity
    starts=_from("called_at", *_CALL),
    promised="policy_id",
    sealed="voicemail",
)
QUARANTINED = Kind(
    name="quarantined",
    rules=("activity.call-recording.intake.quarantine",),
    table="retention_item",
    starts=_from("called_at", "arrival.quarantined"),
    sealed="quarantine",
)
RAW_ROW = Kind(
    name="raw-row",
    rules=_RAW_RULES,
    table="calls_cdrrow",
    starts=_from("started_at", *_CALL),
)
WAITING_CDR = Kind(
    name="waiting-cdr",
    rules=_RAW_RULES,
    table="intake_waitingcdr",
    starts=_from("started_at", *_CALL),
)
CALL = Kind(
    name="call",
    rules=_CALL_RULES,
    otherwise=_OF_CALLS,
    table="calls_call",
    starts=_from("counts_from", *_CALL),
    promised="policy_id",
)
LINE_RECORD = Kind(
    name="line-record",
    rules=_CALL_RULES,
    otherwise=_OF_CALLS,
    table="telephony_linecall",
    starts=_from("started_at", *_CALL),
    promised="policy_id",
)
WRAP_UP = Kind(
    name="wrap-up",
    rules=_CALL_RULES,
    otherwise=_OF_CALLS,
    table="telephony_wrapup",
    starts=_from("started_at", *_CALL),
)
RING_BACK = Kind(
    name="ring-back",
    rules=_CALL_RULES,
    otherwise=_OF_CALLS,
    table="telephony_ringback",
    starts=_from("since", *_CALL),
)
DESK_CALL = Kind(
    name="desk-call",
    rules=_CALL_RULES,
    otherwise=_OF_CALLS,
    table="telephony_deskcall",
    starts=_from("began_at", *_CALL),
)
DIAL_PERMIT = Kind(
    name="dial-permit",
    rules=_CALL_RULES,
    otherwise=_OF_CALLS,
    table="telephony_dialpermit",
    starts=_from("given_at", *_CALL),
    promised="policy_id",
)
COUNTED_DAY = Kind(
    name="counted-day",
    rules=_CALL_RULES,
    otherwise=_OF_CALLS,
    table="telephony_countedday",
    starts=_from("day", *_CALL),
)
CONSENT_PROOF = Kind(
    name="consent-proof",
    rules=("record.consent.retain",),
    table="consents_proof",
    starts=_from("decided_at", *_CALL),
    promised="policy_id",
)
TRAINING = Kind(
    name="training",
    rules=("record.training.retain",),
    table="accounts_training",
    starts=_from("done_on", "event.recorded"),
)
AUDIT = Kind(
    name="audit",
    rules=("record.audit.retain",),
    table="audit_leaf",
    starts=_from("at", "event.recorded"),
    controller="",
)

# In this order a run takes them: what stands beside a call goes before the call.
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            RECORDING, VOICE_MESSAGE, QUARANTINED, RAW_ROW, WAITING_CDR, WRAP_UP, RING_BACK,
            DESK_CALL, DIAL_PERMIT, LINE_RECORD, CALL, COUNTED_DAY, CONSENT_PROOF, TRAINING,
            AUDIT,
        )
    }
)  # fmt: skip

_BY_ACTIVITY: Mapping[str, Kind] = MappingProxyType(
    {kind.sealed or kind.name: kind for kind in KINDS.values()}
)


def kind_of(activity: str) -> Kind:
    """The kind that retention, the vault and a certificate name so."""
    return _BY_ACTIVITY[activity]


def kinds_of(rule: str) -> tuple[Kind, ...]:
    """The kinds that a rule of a policy ends, keeps longer or holds; none: nothing is built yet."""
    parts = rule.split(".")
    if parts[0] == _ACTIVITY and parts[2:3] == [_HOLD]:
        return tuple(kind for kind in KINDS.values() if parts[1] in kind.activities)
    return tuple(kind for kind in KINDS.values() if rule in kind.rules or rule in kind.floors)
