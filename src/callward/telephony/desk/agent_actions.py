"""The agent's acts: presence, a call out with reason and reference, and what was answered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.conf import settings as settings_of
from django.db import transaction

from callward.accounts import selectors as accounts
from callward.audit import services as audit
from callward.controllers import selectors as controllers
from callward.kernel.actors import user_actor
from callward.kernel.references import new_ref
from callward.telephony import ports
from callward.telephony.desk import desk_calls
from callward.telephony.errors import (
    DialNotPermittedError,
    DialWithoutReferenceError,
    NoOutboundError,
    NoPhoneError,
    PauseNotPermittedError,
)
from callward.telephony.models import AgentPhone, DialPermit, LineSettings, Presence
from callward.telephony.ports import sealed_texts
from callward.telephony.setup.snapshot_publication import publish_snapshot_later
from callward.telephony.states import PresenceState, TelephonyEvent
from callward.telephony.values import PermitView

if TYPE_CHECKING:
    from datetime import datetime

    from callward.audit.states import Event
    from callward.kernel.numbers import PhoneNumber
    from callward.kernel.references import Ref

# As the line takes it: one word that names a booking, a contact or a case, and no person.
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}")


def phone_of(user_ref: Ref, controller_ref: Ref, *, at: datetime) -> AgentPhone | None:
    """The phone of whoever answers this extension now."""
    desk = accounts.agent_desk(user_ref, controller_ref, at=at)
    if desk is None:
        return None
    return AgentPhone.objects.filter(controller_ref=controller_ref, phone=desk.code).first()


def require_phone(user_ref: Ref, controller_ref: Ref, *, at: datetime) -> AgentPhone:
    """The same; raises NoPhoneError."""
    found = phone_of(user_ref, controller_ref, at=at)
    if found is None:
        raise NoPhoneError
    return found


def say_presence(state: PresenceState, *, user_ref: Ref, controller_ref: Ref, at: datetime) -> None:
    """Say whether one takes calls; kept, and told to the line when it answers."""
    phone = require_phone(user_ref, controller_ref, at=at)
    with transaction.atomic():
        Presence.objects.update_or_create(phone=phone, defaults={"state": state, "since": at})
        publish_snapshot_later(at)
    ports.line.get().presence(phone.ref, ready=state is PresenceState.READY)


def dial(
    number: PhoneNumber,
    *,
    reason: str,
    reference: str,
    language: str,
    user_ref: Ref,
    controller_ref: Ref,
    at: datetime,
) -> Ref:
    """Permit one call out and have the line make it; raises by name what forbids it (K-03)."""
    phone = require_phone(user_ref, controller_ref, at=at)
    permit = _permit(number, reason, reference, phone, user_ref=user_ref, at=at)
    with transaction.atomic():
        permit.save(force_insert=True)
        audit.record(
            TelephonyEvent.PERMIT_GIVEN,
            item=permit.ref,
            actor=user_actor(user_ref),
            at=at,
            reason=reason,
            policy=permit.policy_id,
        )
    told = PermitView(
        ref=permit.ref,
        phone_ref=phone.ref,
        number=number.e164,
        reason=reason,
        reference=reference,
        language=language,
        ends_at=permit.ends_at,
        controller=controllers.controller(controller_ref).slug,
    )
    call = ports.line.get().dial(told)
    desk_calls.begin_outbound(call, permit, language=language, at=at)
    return call


def _permit(
    number: PhoneNumber,
    reason: str,
    reference: str,
    phone: AgentPhone,
    *,
    user_ref: Ref,
    at: datetime,
) -> DialPermit:
    policy = controllers.policy_in_force(phone.controller_ref, at=at)
    if reason not in policy.outbound_reasons:
        raise DialNotPermittedError
    if _REFERENCE.fullmatch(reference) is None:
        raise DialWithoutReferenceError
    settings = LineSettings.objects.filter(controller_ref=phone.controller_ref).first()
    if settings is None or settings.trunk_id is None or not settings.shown_number:
        raise NoOutboundError
    return DialPermit(
        ref=new_ref(at),
        controller_ref=phone.controller_ref,
        user_ref=user_ref,
        phone_ref=phone.ref,
        sealed_number=sealed_texts.seal(number.e164, phone.controller_ref),
        reason=reason,
        reference=reference,
        policy_id=policy.policy_id,
        given_at=at,
        ends_at=at + settings_of.CALLWARD_DIAL_PERMIT,
    )


def note_answer(
    call: Ref, *, agreed: bool, user_ref: Ref, controller_ref: Ref, at: datetime
) -> None:
    """Tell the line what the person answered aloud; its ledger keeps who clicked."""
    phone = require_phone(user_ref, controller_ref, at=at)
    ports.line.get().click(call, phone.ref, agreed=agreed)
    answer = "agreed" if agreed else "refused"
    _note(TelephonyEvent.ANSWER_NOTED, call, user_ref, at=at, answer=answer)


def stop_recording(call: Ref, *, user_ref: Ref, controller_ref: Ref, at: datetime) -> None:
    """Record nothing more of this call."""
    phone = require_phone(user_ref, controller_ref, at=at)
    ports.line.get().stop(call, phone.ref)
    _note(TelephonyEvent.RECORDING_STOPPED, call, user_ref, at=at)


def pause_recording(
    call: Ref, *, reason: str, user_ref: Ref, controller_ref: Ref, at: datetime
) -> None:
    """Pause for a reason that the policy names; the line goes on by itself at the longest."""
    phone = require_phone(user_ref, controller_ref, at=at)
    rules = controllers.policy_in_force(controller_ref, at=at).recording
    if rules is None or rules.pause is None or reason not in rules.pause.reasons:
        raise PauseNotPermittedError
    ports.line.get().pause(call, phone.ref, reason=reason)
    _note(TelephonyEvent.PAUSE_BEGUN, call, user_ref, at=at, reason=reason)


def resume_recording(call: Ref, *, user_ref: Ref, controller_ref: Ref, at: datetime) -> None:
    """Go on recording after a pause."""
    phone = require_phone(user_ref, controller_ref, at=at)
    ports.line.get().resume(call, phone.ref)
    _note(TelephonyEvent.PAUSE_ENDED, call, user_ref, at=at)


def hang_up(call: Ref, *, user_ref: Ref, controller_ref: Ref, at: datetime) -> None:
    """End the call from the desk."""
    phone = require_phone(user_ref, controller_ref, at=at)
    ports.line.get().hang_up(call, phone.ref)


def _note(event: Event, call: Ref, user_ref: Ref, *, at: datetime, **facts: str) -> None:
    actor = user_actor(user_ref)
    audit.record(event, item=call, actor=actor, at=at, owner=None, committed=None, **facts)
