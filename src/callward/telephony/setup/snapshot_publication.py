"""The snapshot for the phone line, written whole whenever something in it changes."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from pydantic import ValidationError

from callward import deployment
from callward.controllers import selectors as controllers
from callward.controllers.errors import NoPolicyInForceError
from callward.kernel import calendar
from callward.kernel.disk import own_folder
from callward.line import snapshot as line
from callward.line.snapshot import Limits, Listen, Snapshot
from callward.line.states import NobodyThere, Strategy
from callward.policy import policy_of
from callward.policy.tables import holidays_of
from callward.telephony import ports
from callward.telephony.errors import LineDownError
from callward.telephony.line_paths import line_folder, prompts_folder, snapshot_file
from callward.telephony.models import (
    AgentPhone,
    ClosedDay,
    LineNumber,
    LineSettings,
    OpeningSpan,
    Presence,
    Queue,
    Trunk,
)
from callward.telephony.ports import sealed_texts
from callward.telephony.setup.prompt_source import snapshot_prompts
from callward.telephony.states import PresenceState
from callward.vault import services as vault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from callward.controllers.selectors import ControllerView
    from callward.kernel.references import Ref
    from callward.policy import CompiledPolicy

# One day back, since a call may begin before midnight; a fortnight of being alone.
_KEY_DAYS = range(-1, 15)
_log = logging.getLogger(__name__)


def public_days(policy: CompiledPolicy, *, at: datetime) -> dict[date, str]:
    """The holidays of this year and the next, with their names."""
    year = calendar.local_day(at, zone=policy.zone).year
    found: dict[date, str] = dict.fromkeys(policy_of(policy.canonical).holidays, "")
    for each in (year, year + 1):
        found |= holidays_of(policy.jurisdiction, each)
    return found


def listen() -> Listen:
    """The addresses and ports of SIP and media."""
    chosen = deployment.chosen().line
    return Listen(
        host=chosen.sip_host,
        port=chosen.sip_port,
        media_host=chosen.media_host or chosen.sip_host,
        realm=chosen.realm,
        rtp_from=chosen.rtp_from,
        rtp_to=chosen.rtp_to,
    )


def limits() -> Limits:
    """How many calls at once, and how much room must be left."""
    chosen = deployment.chosen().line
    return Limits(concurrent_calls=chosen.calls, free_megabytes=chosen.free_megabytes)


def publish_snapshot_later(at: datetime) -> None:
    """Write the snapshot once the caller's transaction has committed."""
    transaction.on_commit(lambda: publish_snapshot(at))


def publish_snapshot(at: datetime) -> bool:
    """Give the line everything it needs to work alone; tells whether it could be written."""
    try:
        whole = build_snapshot(at)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        _log.error("line snapshot not written: %s", where)  # its words hold values
        return False
    if not whole.controllers and not snapshot_file().exists():
        return True  # nobody set a line up: it goes on waiting and opens no port
    own_folder(line_folder())
    own_folder(prompts_folder())
    line.write_snapshot(whole, snapshot_file())
    with suppress(LineDownError):  # it reads the file when it starts
        ports.line.get().reload()
    return True


def build_snapshot(at: datetime) -> Snapshot:
    """Everything about every controller's line, with the keys of the coming fortnight."""
    keys = _spool_keys(at)
    lines = (_line_of(controller, keys, at=at) for controller in controllers.controllers())
    return Snapshot(
        made_at=at,
        listen=listen(),
        limits=limits(),
        trunks=tuple(_trunk(row, at=at) for row in Trunk.objects.order_by("ref")),
        controllers=tuple(each for each in lines if each is not None),
    )


def _spool_keys(at: datetime) -> tuple[line.SpoolKey, ...]:
    days = [at.date() + timedelta(days=ahead) for ahead in _KEY_DAYS]
    epochs = {day: vault.spool_epoch(day) for day in days}
    publics = vault.prepare_epochs(epochs.values())
    return tuple(
        line.SpoolKey(day=day, epoch=epoch, public=publics[epoch].hex())
        for day, epoch in epochs.items()
    )


def _trunk(row: Trunk, *, at: datetime) -> line.Trunk:
    secret = sealed_texts.open(row.sealed_secret, row.controller_ref)
    account = line.Account(user=row.account, secret=secret) if row.account and secret else None
    return line.Trunk(
        ref=str(row.ref),
        host=row.host,
        port=row.port,
        allow=tuple(row.allow.split()),
        region=_region_of(row.controller_ref, at=at),
        credentials=account,
        registers=row.registers,
        early_media=row.early_media,
        in_band_digits=row.in_band_digits,
        takes_refer=row.takes_refer,
    )


def _region_of(controller_ref: Ref, *, at: datetime) -> str:
    return controllers.policy_in_force(controller_ref, at=at).jurisdiction


def _line_of(
    controller: ControllerView, keys: tuple[line.SpoolKey, ...], *, at: datetime
) -> line.ControllerLine | None:
    policy = _policy_of(controller, at=at)
    queues = list(Queue.objects.filter(controller_ref=controller.ref).order_by("name"))
    phones = AgentPhone.objects.filter(controller_ref=controller.ref).order_by("phone")
    if policy is None or not (queues or phones):
        return None
    settings = LineSettings.objects.filter(controller_ref=controller.ref).first()
    return line.ControllerLine(
        controller=controller.slug,
        policy_id=policy.policy_id,
        policy=policy.canonical.decode(),
        languages=policy.languages,
        dids=tuple(_dids(controller.ref)),
        hours=_hours(controller.ref),
        holidays=_holidays(controller.ref, policy, at=at),
        queues=tuple(_queue(row) for row in queues),
        unrecorded_queue=next((row.name for row in queues if row.takes_unrecorded), None),
        officer_queue=next((row.name for row in queues if row.takes_officer), None),
        agents=tuple(_agent(row) for row in phones),
        voicemail=_voicemail(settings, policy),
        outbound=_outbound(settings),
        prompts=snapshot_prompts(controller.ref, policy),
        spool_keys=keys,
    )


def _policy_of(controller: ControllerView, *, at: datetime) -> CompiledPolicy | None:
    try:
        return controllers.policy_in_force(controller.ref, at=at)
    except NoPolicyInForceError:
        return None


def _dids(controller_ref: Ref) -> Iterator[line.Did]:
    rows = LineNumber.objects.filter(controller_ref=controller_ref).select_related("queue")
    for row in rows.order_by("number"):
        yield line.Did(
            number=row.number,
            queue=row.queue.name,
            languages=tuple(row.languages.split()),
            officer=row.officer,
            trunk=str(row.trunk_id) if row.trunk_id else None,
        )


def _hours(controller_ref: Ref) -> tuple[line.Hours, ...]:
    spans = OpeningSpan.objects.filter(controller_ref=controller_ref)
    return tuple(
        line.Hours(weekday=span.weekday, opens=span.opens, closes=span.closes)
        for span in spans.order_by("weekday", "opens")
    )


def _holidays(controller_ref: Ref, policy: CompiledPolicy, *, at: datetime) -> tuple[date, ...]:
    typed = ClosedDay.objects.filter(controller_ref=controller_ref).values_list("day", flat=True)
    return tuple(sorted({*typed, *public_days(policy, at=at)}))


def _queue(row: Queue) -> line.Queue:
    return line.Queue(
        name=row.name,
        strategy=Strategy(row.strategy),
        agents=tuple(
            str(ref) for ref in row.seats.order_by("id").values_list("phone_id", flat=True)
        ),
        ring_seconds=row.ring_seconds,
        wait_seconds=row.wait_seconds,
        nobody=NobodyThere(row.nobody),
        always_open=row.always_open,
    )


def _agent(row: AgentPhone) -> line.Agent:
    return line.Agent(
        ref=str(row.ref),
        phone=row.phone,
        secret=sealed_texts.open(row.sealed_secret, row.controller_ref),
        allow=tuple(row.allow.split()),
        address=row.address or None,
        port=row.port,
        presence=_presence(row),
    )


def _presence(row: AgentPhone) -> line.Presence:
    """What the agent said last; whoever never said anything is away."""
    said = Presence.objects.filter(phone=row, state=PresenceState.READY).exists()
    return line.Presence.READY if said else line.Presence.AWAY


def _voicemail(settings: LineSettings | None, policy: CompiledPolicy) -> line.Voicemail | None:
    """Only where the policy has the activity, somebody switched it on, and somebody may listen."""
    if settings is None or settings.voicemail_seconds is None:
        return None
    if policy.voicemail is None or policy.recording is None:
        return None
    return line.Voicemail(longest_seconds=settings.voicemail_seconds)


def _outbound(settings: LineSettings | None) -> line.Outbound | None:
    if settings is None or settings.trunk_id is None or not settings.shown_number:
        return None
    return line.Outbound(
        trunk=str(settings.trunk_id),
        caller=settings.shown_number,
        ring_seconds=settings.ring_seconds,
    )
