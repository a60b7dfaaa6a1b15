"""One agent's calls as the desk shows them: written down as the line tells, closed by the agent."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from callward.kernel.errors import BadInputError
from callward.kernel.references import parse_ref
from callward.line.states import CallEvent
from callward.telephony import ports
from callward.telephony.errors import LineDownError, NoSuchCallError
from callward.telephony.models import AgentPhone, DeskCall, DialPermit, Presence, Queue
from callward.telephony.ports import sealed_texts
from callward.telephony.rules import may_show_number
from callward.telephony.states import GateWord, PresenceState
from callward.telephony.values import DeskCallView

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.telephony.desk.line_events import LineNews

_WORD_OF: dict[CallEvent, GateWord] = {
    CallEvent.RINGS: GateWord.RINGING,
    CallEvent.TOLD: GateWord.TOLD,
    CallEvent.ASKED: GateWord.ASKED,
    CallEvent.AGREED: GateWord.AGREED,
    CallEvent.REFUSED: GateWord.REFUSED,
    CallEvent.BLOCKED: GateWord.BLOCKED,
    CallEvent.OPENED: GateWord.RECORDING,
    CallEvent.PAUSED: GateWord.PAUSED,
    CallEvent.RESUMED: GateWord.RECORDING,
    CallEvent.STOPPED: GateWord.STOPPED,
}
_OVER = frozenset({CallEvent.ENDED, CallEvent.RINGS_NO_MORE})
# What is final stays: a later "told" of a transfer does not undo a refusal.
_FINAL = frozenset({GateWord.REFUSED, GateWord.STOPPED, GateWord.BLOCKED})


def follow(news: LineNews, phone_ref: Ref, *, user_ref: Ref, at: datetime) -> None:
    """Keep one piece of news about a phone; after a silence the line hears the agent's presence."""
    phone = AgentPhone.objects.filter(ref=phone_ref).first()
    if phone is None or not news.up:
        return
    if news.event is not None:
        note_news(news, phone, user_ref=user_ref, at=at)
        return
    note_running(news.running, phone, at=at)
    presence = Presence.objects.filter(phone=phone).first()
    ready = presence is not None and presence.state == PresenceState.READY
    with suppress(LineDownError):
        ports.line.get().presence(phone.ref, ready=ready)


def note_news(news: LineNews, phone: AgentPhone, *, user_ref: Ref, at: datetime) -> None:
    """Keep what the line told of a call of this phone; told twice, it is the same."""
    try:
        call = parse_ref(news.fact("call"))
    except BadInputError:
        return
    row = DeskCall.objects.filter(ref=call).first()
    if row is None and news.event not in _OVER:
        row = _begin(call, news, phone, user_ref=user_ref, at=at)
    if row is None or row.phone_ref != phone.ref:
        return
    if news.event in _OVER:
        _end(row, news, at=at)
        return
    _follow(row, news, at=at)


def _begin(
    call: Ref, news: LineNews, phone: AgentPhone, *, user_ref: Ref, at: datetime
) -> DeskCall:
    row, _new = DeskCall.objects.get_or_create(
        ref=call,
        defaults={
            "controller_ref": phone.controller_ref,
            "phone_ref": phone.ref,
            "user_ref": user_ref,
            "direction": news.fact("direction") or "in",
            "queue": news.fact("queue"),
            "language": news.fact("language"),
            "gate": GateWord.NOT_TOLD,
            "gate_since": at,
            "began_at": at,
        },
    )
    return row


def begin_outbound(call: Ref, permit: DialPermit, *, language: str, at: datetime) -> None:
    """Put a call out on the desk, joined to its permit, whichever comes first: this or the line."""
    DeskCall.objects.get_or_create(
        ref=call,
        defaults={
            "controller_ref": permit.controller_ref,
            "phone_ref": permit.phone_ref,
            "user_ref": permit.user_ref,
            "direction": "out",
            "language": language,
            "gate": GateWord.RINGING,
            "gate_since": at,
            "began_at": at,
        },
    )
    DeskCall.objects.filter(ref=call).update(permit_ref=permit.ref)


def note_running(running: frozenset[str], phone: AgentPhone, *, at: datetime) -> None:
    """After a silence: calls that the line does not know any more have ended meanwhile."""
    rows = DeskCall.objects.filter(phone_ref=phone.ref, ended_at=None)
    for row in rows.exclude(ref__in=[parse_ref(call) for call in running]):
        _close(row, at=at)


def _follow(row: DeskCall, news: LineNews, *, at: datetime) -> None:
    word = _word(row, news)
    row.language = news.fact("language") or row.language
    row.queue = news.fact("queue") or row.queue
    row.pause_reason = news.fact("why") if word is GateWord.PAUSED else ""
    if word != row.gate:
        row.gate, row.gate_since = word, at
    row.save(update_fields=["language", "queue", "pause_reason", "gate", "gate_since"])


def _word(row: DeskCall, news: LineNews) -> GateWord:
    before = GateWord(row.gate)
    if before in _FINAL:
        return before
    found = _WORD_OF.get(news.event) if news.event else None
    if found is not None:
        return found
    if news.event is CallEvent.ANSWERED and before is GateWord.RINGING:
        return _word_of_gate(news)
    return before


def _word_of_gate(news: LineNews) -> GateWord:
    """Somebody who joins a running call learns from the gate how it stands."""
    if news.fact("unrecorded"):
        return GateWord.UNRECORDED
    words = {"open": GateWord.RECORDING, "paused": GateWord.PAUSED, "shut": GateWord.STOPPED}
    untold = GateWord.NOT_TOLD if news.fact("direction") == "out" else GateWord.TOLD
    return words.get(news.fact("gate"), untold)


def _end(row: DeskCall, news: LineNews, *, at: datetime) -> None:
    if row.ended_at is not None:
        return
    if news.event is CallEvent.RINGS_NO_MORE:
        if row.gate == GateWord.RINGING:  # a colleague took it
            row.delete()
        return
    _close(row, at=at)


def _close(row: DeskCall, *, at: datetime) -> None:
    never_talked = row.gate == GateWord.RINGING
    row.ended_at, row.closed_at = at, at if never_talked else None
    row.save(update_fields=["ended_at", "closed_at"])


def desk_call(user_ref: Ref, controller_ref: Ref) -> DeskCallView | None:
    """The call that an agent has now, or has ended and not closed yet."""
    rows = DeskCall.objects.filter(user_ref=user_ref, controller_ref=controller_ref, closed_at=None)
    row = rows.order_by("ended_at", "-began_at").filter(ended_at=None).first()
    row = row or rows.order_by("-began_at").first()
    return None if row is None else _view(row)


def own_call(call: Ref, *, user_ref: Ref, controller_ref: Ref) -> DeskCallView:
    """One call of an agent; raises NoSuchCallError for anybody else's."""
    row = DeskCall.objects.filter(
        ref=call, user_ref=user_ref, controller_ref=controller_ref, closed_at=None
    ).first()
    if row is None:
        raise NoSuchCallError(ref=call)
    return _view(row)


def _view(row: DeskCall) -> DeskCallView:
    outbound, gate = row.direction == "out", GateWord(row.gate)
    permit = DialPermit.objects.filter(ref=row.permit_ref).first() if row.permit_ref else None
    shown = permit is not None and may_show_number(outbound=outbound, gate=gate)
    return DeskCallView(
        ref=row.ref,
        outbound=outbound,
        queue=title_of(row.queue, row.controller_ref),
        language=row.language,
        gate=gate,
        gate_since=row.gate_since,
        pause_reason=row.pause_reason,
        began_at=row.began_at,
        ended_at=row.ended_at,
        reason=permit.reason if permit else "",
        reference=permit.reference if permit and shown else "",
        number=sealed_texts.open(permit.sealed_number, row.controller_ref)
        if permit and shown
        else "",
    )


def title_of(queue: str, controller_ref: Ref) -> str:
    """What people call a queue; its short name where it was taken away."""
    rows = Queue.objects.filter(controller_ref=controller_ref, name=queue)
    return rows.values_list("title", flat=True).first() or queue


def mark_closed(call: Ref, *, at: datetime) -> None:
    """Take a closed call off the desk."""
    DeskCall.objects.filter(ref=call).update(closed_at=at)
