"""The agent's desk: presence, the call that rings or runs, the gate, and closing a call.

It follows the line by server-sent events, each the panel of the one call as it is now.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, TypedDict

from django.contrib import messages
from django.db import DatabaseError, close_old_connections
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _, gettext_lazy

from callward.console import refusals
from callward.console.forms.desk import DialForm, PauseForm, WrapUpForm
from callward.console.pages import Nav, action, page
from callward.kernel import clock
from callward.kernel.numbers import PhoneNumber
from callward.policy.vocabulary import ConsentMode, Direction, OutboundReason, PromptKey
from callward.telephony import selectors as line, services as telephony
from callward.telephony.errors import DialNotPermittedError, LineDownError
from callward.telephony.states import CallOutcome, GateWord, PresenceState, TelephonyCapability

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from callward.console.staff_session import StaffRequest, Visit
    from callward.kernel.references import Ref
    from callward.telephony.services import LineNews
    from callward.telephony.values import DeskCallView, PhoneView, RingBackView

_log = logging.getLogger(__name__)
# The browser connects again by itself, and whether this person may is asked again.
_LONGEST = 600.0
_BAD = 400


class Who(TypedDict):
    """Whose desk it is, and when."""

    user_ref: Ref
    controller_ref: Ref
    at: datetime


@page(
    "desk/",
    name="desk",
    needs=TelephonyCapability.USE_DESK,
    nav=Nav(label=gettext_lazy("My desk"), icon="headset", order=5),
)
def desk(request: StaffRequest) -> HttpResponse:
    """Show the desk as it is now; the page then follows the line by itself."""
    return _desk(request)


def _desk(request: StaffRequest, *, status: int = 200, **typed: object) -> HttpResponse:
    visit = request.visit
    context = desk_context(visit)
    context |= {"dial_form": DialForm(policy=visit.policy), **typed}
    return render(request, "console/desk/page.html", context, status=status)


@action("desk/presence/", name="desk-presence", needs=TelephonyCapability.USE_DESK)
def presence(request: StaffRequest) -> HttpResponse:
    """Say whether one takes calls."""
    ready = request.POST.get("state") == PresenceState.READY
    _tell(
        request,
        lambda: telephony.say_presence(
            PresenceState.READY if ready else PresenceState.AWAY, **_who(request.visit)
        ),
    )
    return redirect("desk")


@action("desk/dial/", name="desk-dial", needs=TelephonyCapability.USE_DESK)
def dial(request: StaffRequest) -> HttpResponse:
    """Call somebody for a reason that the policy names."""
    visit = request.visit
    form = DialForm(request.POST, policy=visit.policy)
    if not form.is_valid():
        return _desk(request, status=_BAD, dial_form=form)
    typed = form.cleaned_data
    try:
        telephony.dial(
            typed["number"],
            reason=typed["reason"],
            reference=typed["reference"],
            language=typed["language"],
            **_who(visit),
        )
    except LineDownError as error:
        form.add_error(None, " ".join(refusals.sentences(error)))
        return _desk(request, status=_BAD, dial_form=form)
    return redirect("desk")


@action("desk/ring-back/<uuid:ref>/", name="desk-ring-back", needs=TelephonyCapability.USE_DESK)
def ring_back(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Ring somebody back without seeing the number (S-03), or take them off the list."""
    visit = request.visit
    waits = line.ring_back(ref, visit.controller_ref)
    if "done" not in request.POST:
        if OutboundReason.EARLIER_CONTACT not in visit.policy.outbound_reasons:
            raise DialNotPermittedError
        try:
            _ring(waits, visit)
        except LineDownError as error:
            messages.warning(request, " ".join(refusals.sentences(error)))
            return redirect("desk")
    telephony.settle_ring_back(
        ref, controller_ref=visit.controller_ref, actor=visit.actor, at=visit.at
    )
    return redirect("desk")


def _ring(waits: RingBackView, visit: Visit) -> None:
    telephony.dial(
        PhoneNumber(e164=waits.number),
        reason=str(OutboundReason.EARLIER_CONTACT),
        reference=f"call-{waits.line_call_ref.hex[-12:]}",
        language=visit.policy.languages[0],
        **_who(visit),
    )


@action("desk/calls/<uuid:ref>/answer/", name="desk-answer", needs=TelephonyCapability.USE_DESK)
def answer(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Note what the person answered aloud."""
    agreed = request.POST.get("said") == "yes"
    return _in_call(request, ref, lambda who: telephony.note_answer(ref, agreed=agreed, **who))


@action("desk/calls/<uuid:ref>/stop/", name="desk-stop", needs=TelephonyCapability.USE_DESK)
def stop(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Record nothing more of this call."""
    return _in_call(request, ref, lambda who: telephony.stop_recording(ref, **who))


@action("desk/calls/<uuid:ref>/pause/", name="desk-pause", needs=TelephonyCapability.USE_DESK)
def pause(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Record nothing for a while, for a reason of the policy."""
    form = PauseForm(request.POST, policy=request.visit.policy)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return _in_call(request, ref, lambda who: telephony.pause_recording(ref, reason=reason, **who))


@action("desk/calls/<uuid:ref>/resume/", name="desk-resume", needs=TelephonyCapability.USE_DESK)
def resume(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Record on after a pause."""
    return _in_call(request, ref, lambda who: telephony.resume_recording(ref, **who))


@action("desk/calls/<uuid:ref>/hang-up/", name="desk-hang-up", needs=TelephonyCapability.USE_DESK)
def hang_up(request: StaffRequest, ref: Ref) -> HttpResponse:
    """End the call."""
    return _in_call(request, ref, lambda who: telephony.hang_up(ref, **who))


@action("desk/calls/<uuid:ref>/close/", name="desk-close", needs=TelephonyCapability.USE_DESK)
def close(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Close a call with outcome and purpose; a complaint is held at once (D-18)."""
    visit = request.visit
    form = WrapUpForm(request.POST, policy=visit.policy)
    line.own_call(ref, user_ref=visit.user.ref, controller_ref=visit.controller_ref)
    if not form.is_valid():
        return _desk(request, status=_BAD, wrap_up_form=form)
    typed = form.cleaned_data
    case = telephony.close_call(
        ref,
        telephony.Closing(
            outcome=CallOutcome(typed["outcome"]),
            purpose=typed["purpose"],
            contains_complaint=typed["contains_complaint"],
            remark=typed["remark"],
        ),
        **_who(visit),
    )
    said = _("The call is closed.")
    if case:
        said = _("The call is closed and held for the case %(case)s.") % {"case": case}
    messages.success(request, said)
    return redirect("desk")


def _who(visit: Visit) -> Who:
    return {"user_ref": visit.user.ref, "controller_ref": visit.controller_ref, "at": visit.at}


def _in_call(request: StaffRequest, ref: Ref, act: Callable[[Who], None]) -> HttpResponse:
    """Do something about one's own running call; the panel shows what came of it."""
    visit = request.visit
    line.own_call(ref, user_ref=visit.user.ref, controller_ref=visit.controller_ref)
    if request.headers.get("X-Desk") != "panel":
        _tell(request, lambda: act(_who(visit)))
        return redirect("desk")
    with suppress(LineDownError):  # the panel itself says that the line is down
        act(_who(visit))
    return render(request, "console/desk/panel.html", desk_context(visit))


def _tell(request: StaffRequest, act: Callable[[], None]) -> None:
    """Tell the line; one that is down is said in a sentence and stops nobody."""
    try:
        act()
    except LineDownError as error:
        messages.warning(request, " ".join(refusals.sentences(error)))


@page("desk/events/", name="desk-events", needs=TelephonyCapability.USE_DESK)
def events(request: StaffRequest) -> HttpResponseBase:
    """Send the panel whenever something about the agent's call changes."""
    visit = request.visit
    phone = line.own_phone(visit.user.ref, visit.controller_ref, at=visit.at)
    answer = StreamingHttpResponse(
        _stream(request, phone, translation.get_language()), content_type="text/event-stream"
    )
    answer["Cache-Control"] = "no-store"
    answer["X-Accel-Buffering"] = "no"
    return answer


async def _stream(
    request: StaffRequest, phone: PhoneView | None, language: str
) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    if phone is None:
        return
    loop, started, was_up = asyncio.get_running_loop(), clock.stopwatch(), True
    async for news in telephony.news_of(str(phone.ref)):
        if clock.stopwatch() - started > _LONGEST:
            return
        if news is None or not (news.up or was_up):
            yield b": still here\n\n"
            continue
        was_up = news.up
        drawn = await loop.run_in_executor(None, _drawn, request, phone, news, language)
        if drawn is None:
            return
        yield drawn


def _drawn(request: StaffRequest, phone: PhoneView, news: LineNews, language: str) -> bytes | None:
    """The panel, or nothing where the database does not answer: the browser connects again.

    This thread has no request of its own, so nobody else lets go of its connection.
    """
    try:
        return _panel(request, phone, news, language)
    except DatabaseError:
        _log.warning("a desk lost its database")
        return None
    finally:
        close_old_connections()


def _panel(request: StaffRequest, phone: PhoneView, news: LineNews, language: str) -> bytes:
    """Write down what the line told, and draw the panel in the reader's words and zone."""
    visit, at = request.visit, clock.now()
    telephony.follow(news, phone.ref, user_ref=visit.user.ref, at=at)
    with translation.override(language), timezone.override(visit.policy.zone):
        context = desk_context(visit) | {"line_is_up": news.up}
        drawn = render_to_string("console/desk/panel.html", context, request=request)
    lines = "".join(f"data: {each}\n" for each in drawn.splitlines() if each.strip())
    return f"event: desk\n{lines}\n".encode()


def desk_context(visit: Visit) -> dict[str, object]:
    """Everything that the desk shows."""
    where = visit.controller_ref
    phone = line.own_phone(visit.user.ref, where, at=visit.at)
    call = line.desk_call(visit.user.ref, where)
    rules, found = visit.policy.recording, line.status()
    return {
        "phone": phone,
        "line_is_up": found is not None,
        "phone_is_reached": found is None or phone is None or str(phone.ref) in found.reached,
        "call": call,
        "question": _question(call, visit) if call else "",
        "may_note": call is not None and _asks_aloud(call, visit),
        "pause_form": PauseForm(policy=visit.policy) if rules and rules.pause else None,
        "longest_pause": int(rules.pause.max.as_timedelta().total_seconds())
        if rules and rules.pause
        else 0,
        "wrap_up_form": WrapUpForm(policy=visit.policy),
        "may_dial": bool(visit.policy.outbound_reasons) and line.outbound(where) is not None,
        "ring_backs": line.ring_backs(where),
        "records_calls": rules is not None,
        "may_hold_complaint": rules is not None
        and "complaint" in visit.policy.holds["call-recording"],
    }


def _asks_aloud(call: DeskCallView, visit: Visit) -> bool:
    """Whether the agent reads the question out and notes the answer."""
    rules = visit.policy.recording
    way = Direction.OUT if call.outbound else Direction.IN
    if rules is None or way not in rules.telling or call.ended_at is not None:
        return False
    return rules.telling[way].consent is ConsentMode.SPOKEN and call.gate in {
        GateWord.TOLD,
        GateWord.ASKED,
    }


def _question(call: DeskCallView, visit: Visit) -> str:
    """The policy's own words in the language of the call."""
    words = line.words_of(visit.policy)
    language = call.language if call.language in words else visit.policy.languages[0]
    return words[language].get(PromptKey.CONSENT_QUESTION, "")
