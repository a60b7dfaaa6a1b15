"""What may be asked about the phone line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from django.db.models import Count, Q

from callward.kernel import calendar
from callward.line.errors import LedgerTamperedError
from callward.telephony import ports
from callward.telephony.collection.ledger_evidence import words_of as words_told
from callward.telephony.desk.agent_actions import phone_of
from callward.telephony.desk.desk_calls import desk_call, own_call, title_of
from callward.telephony.errors import LineDownError, NoSuchSettingError
from callward.telephony.models import (
    AgentPhone,
    ClosedDay,
    CountedDay,
    Gap,
    LineCall,
    LineNumber,
    LineSettings,
    OpeningSpan,
    Queue,
    RingBack,
    Trunk,
    WrapUp,
)
from callward.telephony.ports import sealed_texts
from callward.telephony.reconciliation.call_trace import ledger_of
from callward.telephony.setup.prompt_source import prompts_of, words_of
from callward.telephony.setup.snapshot_publication import listen, public_days
from callward.telephony.states import (
    CallOutcome,
    Explanation,
    NobodyThere,
    PresenceState,
    RecordingFate,
    RingBackKind,
    Strategy,
)
from callward.telephony.values import (
    ClosedView,
    DayView,
    GapView,
    LineCallView,
    NumberFacts,
    NumberRow,
    OutboundFacts,
    PhoneFacts,
    PhoneView,
    QueueFacts,
    QueueView,
    RingBackView,
    SpanView,
    TrunkView,
    WrapUpView,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from callward.kernel.references import Ref
    from callward.line.snapshot import Listen
    from callward.policy import CompiledPolicy
    from callward.telephony.values import LedgerWord, LineStatus

_DAYS_SHOWN = 31


def status() -> LineStatus | None:
    """How the running line is; None when it does not answer."""
    try:
        return ports.line.get().status()
    except LineDownError:
        return None


def listens() -> Listen:
    """Where phones sign in."""
    return listen()


def trunks(controller_ref: Ref) -> list[TrunkView]:
    """The carriers of a controller."""
    return [_trunk(row) for row in Trunk.objects.filter(controller_ref=controller_ref)]


def trunk(ref: Ref, controller_ref: Ref) -> TrunkView:
    """One carrier; raises NoSuchSettingError."""
    return _found(trunks(controller_ref), ref)


def _trunk(row: Trunk) -> TrunkView:
    return TrunkView(
        ref=row.ref,
        name=row.name,
        host=row.host,
        port=row.port,
        allow=tuple(row.allow.split()),
        account=row.account,
        registers=row.registers,
        early_media=row.early_media,
        in_band_digits=row.in_band_digits,
        takes_refer=row.takes_refer,
    )


def queues(controller_ref: Ref) -> list[QueueView]:
    """The queues of a controller with the phones that ring in each."""
    rows = Queue.objects.filter(controller_ref=controller_ref).order_by("title")
    return [_queue(row) for row in rows.prefetch_related("seats__phone")]


def queue(ref: Ref, controller_ref: Ref) -> QueueView:
    """One queue; raises NoSuchSettingError."""
    return _found(queues(controller_ref), ref)


def _queue(row: Queue) -> QueueView:
    phones = [seat.phone for seat in row.seats.all()]
    facts = QueueFacts(
        name=row.name,
        title=row.title,
        strategy=Strategy(row.strategy),
        ring_seconds=row.ring_seconds,
        wait_seconds=row.wait_seconds,
        nobody=NobodyThere(row.nobody),
        phones=tuple(phone.ref for phone in phones),
        always_open=row.always_open,
        takes_unrecorded=row.takes_unrecorded,
        takes_officer=row.takes_officer,
    )
    return QueueView(
        ref=row.ref, facts=facts, extensions=tuple(sorted(phone.phone for phone in phones))
    )


def numbers(controller_ref: Ref) -> list[NumberRow]:
    """The numbers that people dial, and where each leads."""
    rows = LineNumber.objects.filter(controller_ref=controller_ref).order_by("number")
    return [
        NumberRow(
            ref=row.ref,
            facts=NumberFacts(
                number=row.number,
                queue_ref=row.queue_id,
                trunk_ref=row.trunk_id,
                languages=tuple(row.languages.split()),
                officer=row.officer,
            ),
            queue_title=row.queue.title,
            trunk_name=row.trunk.name if row.trunk else "",
        )
        for row in rows.select_related("queue", "trunk")
    ]


def number(ref: Ref, controller_ref: Ref) -> NumberRow:
    """One number; raises NoSuchSettingError."""
    return _found(numbers(controller_ref), ref)


def phones(controller_ref: Ref) -> list[PhoneView]:
    """The agents' phones, and how each agent is now."""
    rows = AgentPhone.objects.filter(controller_ref=controller_ref).order_by("phone")
    return [_phone(row) for row in rows.select_related("presence").prefetch_related("queues")]


def phone(ref: Ref, controller_ref: Ref) -> PhoneView:
    """One phone; raises NoSuchSettingError."""
    return _found(phones(controller_ref), ref)


def own_phone(user_ref: Ref, controller_ref: Ref, *, at: datetime) -> PhoneView | None:
    """The phone of a user, if they answer one."""
    row = phone_of(user_ref, controller_ref, at=at)
    return None if row is None else _phone(row)


def _phone(row: AgentPhone) -> PhoneView:
    presence = getattr(row, "presence", None)
    facts = PhoneFacts(
        phone=row.phone, allow=tuple(row.allow.split()), address=row.address, port=row.port
    )
    return PhoneView(
        ref=row.ref,
        facts=facts,
        presence=PresenceState(presence.state) if presence else PresenceState.AWAY,
        since=presence.since if presence else None,
        queues=tuple(queue.title for queue in row.queues.all()),
    )


def hours(controller_ref: Ref) -> list[SpanView]:
    """When the line is open; nothing means always."""
    rows = OpeningSpan.objects.filter(controller_ref=controller_ref).order_by("weekday", "opens")
    return [
        SpanView(ref=row.ref, weekday=row.weekday, opens=row.opens, closes=row.closes)
        for row in rows
    ]


def closed_days(controller_ref: Ref, policy: CompiledPolicy, *, at: datetime) -> list[ClosedView]:
    """The coming days at which the line is closed, public holidays among them."""
    today = calendar.local_day(at, zone=policy.zone)
    typed = ClosedDay.objects.filter(controller_ref=controller_ref, day__gte=today)
    found = {
        day: ClosedView(ref=None, day=day, title=title)
        for day, title in public_days(policy, at=at).items()
        if day >= today
    }
    found |= {row.day: ClosedView(ref=row.ref, day=row.day, title=row.title) for row in typed}
    return [found[day] for day in sorted(found)]


def outbound(controller_ref: Ref) -> OutboundFacts | None:
    """How calls of a controller are made."""
    row = LineSettings.objects.filter(controller_ref=controller_ref).first()
    if row is None:
        return None
    return OutboundFacts(
        trunk_ref=row.trunk_id,
        shown_number=row.shown_number,
        ring_seconds=row.ring_seconds,
        voicemail_seconds=row.voicemail_seconds,
    )


class _Referenced(Protocol):
    @property
    def ref(self) -> Ref: ...


View = TypeVar("View", bound=_Referenced)


def _found(views: Iterable[View], ref: Ref) -> View:
    view = next((one for one in views if one.ref == ref), None)
    if view is None:
        raise NoSuchSettingError(ref=ref)
    return view


def ring_backs(controller_ref: Ref) -> list[RingBackView]:
    """Those who wait to be rung back, the longest wait first."""
    rows = RingBack.objects.filter(controller_ref=controller_ref, settled_at=None)
    return [
        RingBackView(
            ref=row.ref,
            line_call_ref=row.line_call_ref,
            kind=RingBackKind(row.kind),
            queue=title_of(row.queue, controller_ref),
            number=sealed_texts.open(row.sealed_number, controller_ref),
            since=row.since,
        )
        for row in rows.order_by("since")[:200]
    ]


def ring_back(ref: Ref, controller_ref: Ref) -> RingBackView:
    """One of them; raises NoSuchSettingError."""
    return _found(ring_backs(controller_ref), ref)


def counted_days(controller_ref: Ref) -> list[DayView]:
    """The last counted days, the newest first."""
    still_open = Count("gaps", filter=Q(gaps__alarm=True, gaps__judged_at=None))
    rows = CountedDay.objects.filter(controller_ref=controller_ref).annotate(still=still_open)
    return [
        DayView(
            ref=row.ref,
            day=row.day,
            calls=row.calls,
            recorded=row.recorded,
            explained=row.explained,
            alarms=row.alarms,
            open_alarms=row.still,
            counted_at=row.counted_at,
        )
        for row in rows.order_by("-day")[:_DAYS_SHOWN]
    ]


def gaps_of(controller_ref: Ref, day: date) -> list[GapView]:
    """The calls of a day without a whole recording; alarms first."""
    rows = Gap.objects.filter(day__controller_ref=controller_ref, day__day=day)
    return [_gap(row) for row in rows.order_by("-alarm", "started_at")]


def open_alarms(controller_ref: Ref) -> list[GapView]:
    """Gaps that nothing explains and nobody has judged, the oldest first."""
    rows = Gap.objects.filter(day__controller_ref=controller_ref, alarm=True, judged_at=None)
    return [_gap(row) for row in rows.order_by("started_at")]


def _gap(row: Gap) -> GapView:
    return GapView(
        ref=row.ref,
        line_call_ref=row.line_call_ref,
        call_ref=row.call_ref,
        started_at=row.started_at,
        why=Explanation(row.why),
        alarm=row.alarm,
        judged_at=row.judged_at,
        finding=row.finding,
    )


def line_calls(call_ref: Ref) -> list[LineCallView]:
    """What the line says of a call; nothing for a call that came from elsewhere."""
    rows = LineCall.objects.filter(call_ref=call_ref).order_by("started_at", "ref")
    return [_view(row) for row in rows]


def _view(row: LineCall) -> LineCallView:
    words, fault = _words(row)
    closed = WrapUp.objects.filter(line_call_ref=row.line_call_ref).first()
    return LineCallView(
        ref=row.ref,
        call_ref=row.call_ref,
        recording_ref=row.recording_ref,
        fate=RecordingFate(row.fate) if row.fate else None,
        fault=fault or row.fault,
        evidence=row.evidence,
        officer=row.officer,
        reason=row.reason,
        reference=row.reference,
        redirects=tuple(sealed_texts.open(row.sealed_redirects, row.controller_ref).split()),
        ledger_head=row.ledger_head,
        copied_at=row.copied_at,
        words=words,
        wrap_up=_wrap_up(closed) if closed else None,
    )


def _words(row: LineCall) -> tuple[tuple[LedgerWord, ...], str]:
    """The kept ledger in its lines; one that was changed since is never shown as if it were."""
    try:
        ledger = ledger_of(row)
    except LedgerTamperedError:
        return (), "ledger-changed"
    return (words_told(ledger), "") if ledger else ((), "")


def _wrap_up(row: WrapUp) -> WrapUpView:
    return WrapUpView(
        outcome=CallOutcome(row.outcome),
        purpose=row.purpose,
        contains_complaint=row.contains_complaint,
        case=row.case,
        hold_ref=row.hold_ref,
        remark=row.remark,
        user_ref=row.user_ref,
        closed_at=row.closed_at,
    )
