"""A spooled call in the words of the house."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.calls.services import NewCall, NewParty
from callward.calls.states import CallDirection, Disposition, PartyRole
from callward.kernel.errors import BadInputError
from callward.kernel.numbers import PhoneNumber
from callward.kernel.references import parse_ref
from callward.policy.vocabulary import Direction
from callward.recordings.services import NewRecording
from callward.recordings.states import RecordingState
from callward.telephony.models import AgentPhone, LineCall
from callward.telephony.ports import sealed_texts
from callward.telephony.states import LINE_FELL

if TYPE_CHECKING:
    from datetime import datetime

    from callward.intake.envelope import Party
    from callward.intake.services import Envelope
    from callward.kernel.references import Ref
    from callward.policy import CompiledPolicy
    from callward.retention.values import Plan
    from callward.telephony.collection.spooled_call import OpenedCall
    from callward.vault.states import Sealed


def kept_envelope(arrived: OpenedCall, controller_ref: Ref) -> Envelope:
    """The envelope with what the house knows better: whose extension, how long, what was told."""
    envelope, told = arrived.envelope, arrived.judged.told
    head = arrived.judged.ledger.head if arrived.judged.ledger else "broken"
    return envelope.model_copy(
        update={
            "agent": extension_of(envelope, controller_ref) or None,
            "consent": envelope.consent.model_copy(
                update={"basis": told, "evidence": f"ledger sha256:{head}"}
            ),
            "media": envelope.media.model_copy(
                update={"mime": "audio/wav", "channels": 2, "seconds": arrived.spooled.seconds}
            ),
        }
    )


def extension_of(envelope: Envelope, controller_ref: Ref) -> str:
    """The extension that answered; the line knows phones by their references."""
    if not envelope.agent:
        return ""
    try:
        ref = parse_ref(envelope.agent)
    except BadInputError:
        return envelope.agent
    row = AgentPhone.objects.filter(ref=ref, controller_ref=controller_ref).first()
    return row.phone if row else ""


def wanted(arrived: OpenedCall, policy: CompiledPolicy) -> bool:
    """Whether the policy wants a recording of a call like this one."""
    rules = policy.recording
    if rules is None or arrived.judged.officer:
        return False
    if arrived.envelope.disposition is not Disposition.ANSWERED:
        return False
    in_words = Direction(str(arrived.envelope.direction))
    did = arrived.envelope.did
    return in_words in rules.directions and (not rules.numbers or did in rules.numbers)


def call_of(arrived: OpenedCall, controller_ref: Ref, policy: CompiledPolicy) -> NewCall:
    """The call as its record is kept (C-05)."""
    envelope = arrived.envelope
    return NewCall(
        controller_ref=controller_ref,
        policy_id=policy.policy_id,
        source_system=envelope.source.system,
        source_account=envelope.source.account,
        source_call_id=envelope.source_call_id,
        direction=CallDirection(envelope.direction),
        started_at=envelope.started_at,
        answered_at=envelope.answered_at,
        ended_at=envelope.ended_at,
        disposition=envelope.disposition,
        told=arrived.judged.told,
        talk_seconds=envelope.talk_seconds,
        parties=tuple(_party(each) for each in envelope.parties),
        did=PhoneNumber(e164=envelope.did) if envelope.did else None,
        queue=envelope.queue or "",
        agent_code=extension_of(envelope, controller_ref),
    )


def _party(party: Party) -> NewParty:
    return NewParty(
        role=party.role,
        number=PhoneNumber(e164=party.number) if party.number else None,
        name=party.name,
        channel=None if party.channel == "mix" else party.channel,
    )


def row_of(arrived: OpenedCall, controller_ref: Ref, policy_id: str, *, at: datetime) -> LineCall:
    """What the line says beyond the call's record."""
    envelope, judged = arrived.envelope, arrived.judged
    redirects = [each.number for each in envelope.parties if each.role is PartyRole.OTHER]
    return LineCall(
        ref=arrived.ref,
        line_call_ref=parse_ref(envelope.source_call_id),
        controller_ref=controller_ref,
        policy_id=policy_id,
        started_at=envelope.started_at,
        answered=envelope.disposition is Disposition.ANSWERED,
        fate="" if judged.ledger is None else arrived.fate,
        fault=arrived.fault,
        evidence=judged.evidence,
        officer=judged.officer,
        reason=judged.fact("reason"),
        reference=judged.fact("reference"),
        sealed_redirects=sealed_texts.seal(" ".join(filter(None, redirects)), controller_ref),
        ledger_head=judged.ledger.head if judged.ledger else "",
        collected_at=at,
    )


_MISSED = frozenset({Disposition.NO_ANSWER, Disposition.CANCELLED, Disposition.BUSY})


def was_missed(envelope: Envelope) -> bool:
    """Whether somebody rang and nobody came."""
    return envelope.direction is CallDirection.IN and envelope.disposition in _MISSED


def recording_of(arrived: OpenedCall, sealed: Sealed, call_ref: Ref, plan: Plan) -> NewRecording:
    """The row of a message that was sealed by its plan."""
    return NewRecording(
        ref=sealed.ref,
        call_ref=call_ref,
        controller_ref=parse_ref(plan.epoch.split("/")[1]),
        plan=plan,
        started_at=arrived.envelope.started_at,
        state=RecordingState.STORED if arrived.whole else RecordingState.DEGRADED,
        fault="" if arrived.whole else LINE_FELL,
        mime="audio/wav",
        seconds=arrived.spooled.seconds,
        channels=2,
        bytes=sealed.size,
        captured_sha256=sealed.sha256.hex(),
    )
