"""The administrator's part: trunks, numbers, queues, opening hours and agents' phones."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError

from callward.audit import services as audit
from callward.kernel.references import new_ref
from callward.telephony.errors import NoSuchSettingError, SettingInUseError, SettingTakenError
from callward.telephony.models import (
    AgentPhone,
    ClosedDay,
    LineNumber,
    LineSettings,
    OpeningSpan,
    Presence,
    Queue,
    Seat,
    Trunk,
)
from callward.telephony.ports import sealed_texts
from callward.telephony.setup.snapshot_publication import publish_snapshot_later
from callward.telephony.states import PresenceState, TelephonyEvent
from callward.telephony.values import NewPhone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime, time

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.telephony.values import (
        NumberFacts,
        OutboundFacts,
        PhoneFacts,
        QueueFacts,
        TrunkFacts,
    )

Row = TypeVar("Row", bound=models.Model)
_SECRET_BYTES = 18


def _own(model: type[Row], ref: Ref, controller_ref: Ref) -> Row:
    """A controller's own row; somebody else's does not exist for it."""
    found = model._default_manager.filter(  # noqa: SLF001  # how Django names it for any model
        pk=ref, controller_ref=controller_ref
    ).first()
    if found is None:
        raise NoSuchSettingError(ref=ref)
    return found


def _own_or_new(model: type[Row], ref: Ref | None, controller_ref: Ref, *, at: datetime) -> Row:
    if ref is None:
        return model(ref=new_ref(at), controller_ref=controller_ref)
    return _own(model, ref, controller_ref)


@contextmanager
def _changing(kind: str, item: Ref, *, actor: Actor, at: datetime) -> Iterator[None]:
    """Change one setting, write it down, and give the line its new snapshot."""
    try:
        with transaction.atomic():
            yield
            audit.record(TelephonyEvent.SETTING_CHANGED, item=item, actor=actor, at=at, kind=kind)
            publish_snapshot_later(at)
    except ProtectedError:
        raise SettingInUseError from None
    except IntegrityError:
        raise SettingTakenError from None


def save_trunk(
    facts: TrunkFacts, *, controller_ref: Ref, actor: Actor, at: datetime, ref: Ref | None = None
) -> Ref:
    """Add a carrier, or change one; a secret of None keeps the old one."""
    row = _own_or_new(Trunk, ref, controller_ref, at=at)
    row.name, row.host, row.port = facts.name, facts.host, facts.port
    row.allow, row.account = "\n".join(facts.allow), facts.account
    row.registers, row.early_media = facts.registers, facts.early_media
    row.in_band_digits, row.takes_refer = facts.in_band_digits, facts.takes_refer
    if facts.secret is not None:
        row.sealed_secret = sealed_texts.seal(facts.secret, controller_ref)
    with _changing("trunk", row.ref, actor=actor, at=at):
        row.save()
    return row.ref


def save_queue(
    facts: QueueFacts, *, controller_ref: Ref, actor: Actor, at: datetime, ref: Ref | None = None
) -> Ref:
    """Add a queue, or change one, with the phones that ring in it."""
    row = _own_or_new(Queue, ref, controller_ref, at=at)
    for name in ("name", "title", "strategy", "ring_seconds", "wait_seconds", "nobody"):
        setattr(row, name, getattr(facts, name))
    row.always_open, row.takes_officer = facts.always_open, facts.takes_officer
    row.takes_unrecorded = facts.takes_unrecorded
    phones = list(AgentPhone.objects.filter(ref__in=facts.phones, controller_ref=controller_ref))
    with _changing("queue", row.ref, actor=actor, at=at):
        row.save()
        Seat.objects.filter(queue=row).delete()
        Seat.objects.bulk_create([Seat(queue=row, phone=phone) for phone in phones])
    return row.ref


def save_number(
    facts: NumberFacts, *, controller_ref: Ref, actor: Actor, at: datetime, ref: Ref | None = None
) -> Ref:
    """Add a number that people dial, or lead one elsewhere."""
    row = _own_or_new(LineNumber, ref, controller_ref, at=at)
    row.number, row.officer = facts.number, facts.officer
    row.queue = _own(Queue, facts.queue_ref, controller_ref)
    trunk = facts.trunk_ref
    row.trunk = None if trunk is None else _own(Trunk, trunk, controller_ref)
    row.languages = " ".join(facts.languages)
    with _changing("number", row.ref, actor=actor, at=at):
        row.save()
    return row.ref


def add_phone(facts: PhoneFacts, *, controller_ref: Ref, actor: Actor, at: datetime) -> NewPhone:
    """Make a phone for an extension; its secret is told once and kept sealed."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    row = AgentPhone(
        ref=new_ref(at),
        controller_ref=controller_ref,
        phone=facts.phone,
        sealed_secret=sealed_texts.seal(secret, controller_ref),
        allow="\n".join(facts.allow),
        address=facts.address,
        port=facts.port,
        made_at=at,
    )
    with _changing("phone", row.ref, actor=actor, at=at):
        row.save(force_insert=True)
        Presence.objects.create(phone=row, state=PresenceState.AWAY, since=at)
    return NewPhone(ref=row.ref, phone=row.phone, secret=secret)


def change_phone(
    ref: Ref, facts: PhoneFacts, *, controller_ref: Ref, actor: Actor, at: datetime
) -> None:
    """Change from where a phone may speak; its extension and its secret stay."""
    row = _own(AgentPhone, ref, controller_ref)
    row.allow, row.address, row.port = "\n".join(facts.allow), facts.address, facts.port
    with _changing("phone", row.ref, actor=actor, at=at):
        row.save(update_fields=["allow", "address", "port"])


def renew_secret(ref: Ref, *, controller_ref: Ref, actor: Actor, at: datetime) -> NewPhone:
    """Give a phone another secret; the old one opens nothing from now on."""
    row = _own(AgentPhone, ref, controller_ref)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    row.sealed_secret = sealed_texts.seal(secret, controller_ref)
    with _changing("phone-secret", row.ref, actor=actor, at=at):
        row.save(update_fields=["sealed_secret"])
    return NewPhone(ref=row.ref, phone=row.phone, secret=secret)


def take_away(kind: str, ref: Ref, *, controller_ref: Ref, actor: Actor, at: datetime) -> None:
    """Take a setting away; refused while something else leads to it."""
    row = _own(_TAKEN_AWAY[kind], ref, controller_ref)
    with _changing(kind, ref, actor=actor, at=at):
        row.delete()


_TAKEN_AWAY: dict[str, type[models.Model]] = {
    "trunk": Trunk,
    "queue": Queue,
    "number": LineNumber,
    "phone": AgentPhone,
    "hours": OpeningSpan,
    "closed-day": ClosedDay,
}


def add_hours(
    weekday: int, opens: time, closes: time, *, controller_ref: Ref, actor: Actor, at: datetime
) -> Ref:
    """Open the line for a span of one weekday."""
    row = OpeningSpan(
        ref=new_ref(at),
        controller_ref=controller_ref,
        weekday=weekday,
        opens=opens,
        closes=closes,
    )
    with _changing("hours", row.ref, actor=actor, at=at):
        row.save(force_insert=True)
    return row.ref


def close_day(day: date, title: str, *, controller_ref: Ref, actor: Actor, at: datetime) -> Ref:
    """Close the line for a day."""
    row = ClosedDay(ref=new_ref(at), controller_ref=controller_ref, day=day, title=title)
    with _changing("closed-day", row.ref, actor=actor, at=at):
        row.save(force_insert=True)
    return row.ref


def save_outbound(facts: OutboundFacts, *, controller_ref: Ref, actor: Actor, at: datetime) -> None:
    """Say through which carrier and with which number calls are made."""
    trunk = facts.trunk_ref
    row = LineSettings(
        controller_ref=controller_ref,
        trunk=None if trunk is None else _own(Trunk, trunk, controller_ref),
        shown_number=facts.shown_number,
        ring_seconds=facts.ring_seconds,
        voicemail_seconds=facts.voicemail_seconds,
    )
    with _changing("outbound", controller_ref, actor=actor, at=at):
        row.save()
