"""Decides what becomes of arrivals, a group at a time."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from django.db.models import Q

from callward.holdings.kinds import RECORDING
from callward.intake import audio_probe, keyed_digests, rules
from callward.intake.arrivals import Accepted, Arrival, Erased, Known, PastDue, Suspect
from callward.intake.errors import NotARecordingError
from callward.intake.models import Delivery
from callward.intake.rules import ConsentClaim
from callward.intake.states import DeliveryState, QuarantineReason
from callward.retention import services as retention

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from callward.intake.arrivals import Candidate, Verdict
    from callward.intake.context import IntakeContext
    from callward.intake.envelope import Envelope
    from callward.kernel.references import Ref
    from callward.retention.values import Plan

_WORKERS = 2  # hashing and the probe leave the interpreter free


def examine(
    candidates: Sequence[Candidate], read: Callable[[Candidate], bytes | None]
) -> list[Arrival]:
    """Read, hash and look at a group; one that changed while it was read is left out."""

    def look(candidate: Candidate) -> Arrival | None:
        audio = read(candidate)
        return None if audio is None else arrival_of(candidate, audio)

    if len(candidates) == 1:
        found = [look(candidates[0])]
    else:
        with ThreadPoolExecutor(_WORKERS) as pool:
            found = list(pool.map(look, candidates))
    return [arrival for arrival in found if arrival is not None]


def arrival_of(candidate: Candidate, audio: bytes) -> Arrival:
    """Hash the bytes and look at their head."""
    try:
        probed = audio_probe.probe(audio, kind=candidate.kind)
    except NotARecordingError:
        probed = None
    return Arrival(
        candidate=candidate, audio=audio, sha256=hashlib.sha256(audio).digest(), probed=probed
    )


class Triage:
    """Everything that one group is measured against, looked up once."""

    def __init__(
        self,
        arrivals: Sequence[Arrival],
        context: IntakeContext,
        *,
        besides: Iterable[Delivery] = (),
    ) -> None:
        """`besides` are deliveries that are not in the books yet, and nearly are."""
        self._context, self._arrivals = context, arrivals
        self._by_bytes: dict[bytes, Delivery] = {}
        self._by_id: dict[bytes, Delivery] = {}
        self._absent: set[bytes] = set()
        # One question for the whole group; only then one for each.
        self._some_erased = bool(arrivals) and retention.is_tombstoned(
            context.controller_ref, marks=[arrival.mark for arrival in arrivals], at=context.at
        )
        for delivery in (*self._known_deliveries(), *besides):
            self.remember(delivery)

    def remember(self, delivery: Delivery) -> None:
        """Count a delivery as known, for the rest of the group."""
        if delivery.sha256 is not None:
            self._by_bytes[bytes(delivery.sha256)] = delivery
        if delivery.state == DeliveryState.ABSENT:
            self._absent.add(bytes(delivery.call_key))
        else:
            self._by_id[bytes(delivery.recording_key)] = delivery

    def verdicts(self) -> list[Verdict]:
        """What becomes of each arrival, in their order; a twin within the group is known."""
        found: list[Verdict] = []
        for arrival in self._arrivals:
            verdict = self._verdict(arrival)
            if isinstance(verdict, Accepted):
                self.remember(verdict.delivery)
            found.append(verdict)
        return found

    def _known_deliveries(self) -> Iterable[Delivery]:
        envelopes = [arrival.candidate.envelope for arrival in self._arrivals]
        told = [envelope for envelope in envelopes if envelope is not None]
        # Each arm names the controller: so each goes along its own index, however many are kept.
        ours = Q(controller_ref=self._context.controller_ref)
        return Delivery.objects.filter(
            (ours & Q(sha256__in=[arrival.sha256 for arrival in self._arrivals]))
            | (ours & Q(recording_key__in=[keyed_digests.recording_key(one) for one in told]))
            | (
                ours
                & Q(call_key__in=[keyed_digests.call_key(one.source_call_id) for one in told])
                & Q(state=DeliveryState.ABSENT)
            )
        )

    def _verdict(self, arrival: Arrival) -> Verdict:
        candidate = arrival.candidate
        envelope = candidate.envelope
        if envelope is None:
            return self._without_envelope(arrival)
        plan = plan_for(envelope, self._context)
        if plan.is_past_due(self._context.at):
            return PastDue(candidate=candidate)
        known = self._known(arrival, envelope)
        if known is not None:
            return known
        if self._is_erased(arrival):
            return Erased(arrival=arrival)
        return self._measured(arrival, envelope, plan)

    def _without_envelope(self, arrival: Arrival) -> Verdict:
        twin = self._by_bytes.get(arrival.sha256)
        candidate = arrival.candidate
        if twin is None:
            if self._is_erased(arrival):
                return Erased(arrival=arrival)
            reason = candidate.fault or QuarantineReason.NO_CDR
            return Suspect(arrival=arrival, reason=reason)
        same_call = bytes(twin.call_key) in candidate.call_keys
        if same_call or (twin.name_key and bytes(twin.name_key) == candidate.name_key):
            return Known(arrival=arrival, delivery=twin)
        return _conflict(arrival, QuarantineReason.CONFLICTING_BYTES, twin.recording_ref)

    def _known(self, arrival: Arrival, envelope: Envelope) -> Known | Suspect | None:
        same_id = self._by_id.get(keyed_digests.recording_key(envelope))
        if same_id is not None:
            if same_id.sha256 is not None and bytes(same_id.sha256) == arrival.sha256:
                return Known(arrival=arrival, delivery=same_id)
            return _conflict(arrival, QuarantineReason.CONFLICTING_ID, same_id.recording_ref)
        same_bytes = self._by_bytes.get(arrival.sha256)
        if same_bytes is not None:
            return _conflict(arrival, QuarantineReason.CONFLICTING_BYTES, same_bytes.recording_ref)
        if keyed_digests.call_key(envelope.source_call_id) in self._absent:
            return Suspect(arrival=arrival, reason=QuarantineReason.CAME_LATE)
        return None

    def _is_erased(self, arrival: Arrival) -> bool:
        """Whether this very recording was erased before its due day."""
        return self._some_erased and retention.is_tombstoned(
            self._context.controller_ref, marks=[arrival.mark], at=self._context.at
        )

    def _measured(self, arrival: Arrival, envelope: Envelope, plan: Plan) -> Verdict:
        reason, evidence = self._why_not(arrival, envelope)
        if reason is not None or arrival.probed is None or evidence is None:
            return Suspect(arrival=arrival, reason=reason or QuarantineReason.UNDECODABLE)
        return Accepted(
            arrival=arrival,
            envelope=envelope,
            probed=arrival.probed,
            evidence=evidence,
            plan=plan,
            delivery=_delivery_of(arrival, envelope, evidence, self._context),
        )

    def _why_not(
        self, arrival: Arrival, envelope: Envelope
    ) -> tuple[QuarantineReason | None, ConsentClaim | None]:
        policy_rules, candidate = self._context.rules, arrival.candidate
        evidence = rules.evidence_for(envelope, self._context.declared)
        if candidate.fault is not None:
            return candidate.fault, None
        if not isinstance(evidence, ConsentClaim):
            return evidence, None
        reason = rules.why_not_recorded(envelope, policy_rules, evidence)
        reason = reason or rules.why_not_these_bytes(
            envelope, sha256=arrival.sha256, size=candidate.size
        )
        if reason is None and arrival.probed is not None:
            reason = rules.why_not_this_length(envelope, arrival.probed, policy_rules)
        return reason, evidence


def plan_for(envelope: Envelope, context: IntakeContext) -> Plan:
    """When a call like this one ends: counted from the call, not from its arrival.

    A call that claims to be still to come is counted from now, or it would outlive its promise.
    """
    started_at = min(envelope.started_at, context.at)
    return retention.plan(
        context.policy, RECORDING, controller_ref=context.controller_ref, happened_at=started_at
    )


def _conflict(arrival: Arrival, reason: QuarantineReason, other: Ref) -> Suspect:
    return Suspect(arrival=arrival, reason=reason, conflicts_with=other)


def _delivery_of(
    arrival: Arrival, envelope: Envelope, evidence: ConsentClaim, context: IntakeContext
) -> Delivery:
    declaration = evidence.declaration
    has_source = bool(arrival.candidate.entries)  # an upload leaves nothing behind to delete
    return Delivery(
        controller_ref=context.controller_ref,
        source_system=envelope.source.system,
        source_account=envelope.source.account,
        recording_key=keyed_digests.recording_key(envelope),
        call_key=keyed_digests.call_key(envelope.source_call_id),
        name_key=arrival.candidate.name_key,
        sealed_id=keyed_digests.texts.seal(envelope.recording_id, context.controller_ref),
        sha256=arrival.sha256,
        size=arrival.candidate.size,
        declaration_ref=declaration.ref if declaration else None,
        state=DeliveryState.KEPT if has_source else DeliveryState.SETTLED,
        delivered_by=str(context.actor)[:80],
        received_at=context.at,
        settled_at=None if has_source else context.at,
    )
