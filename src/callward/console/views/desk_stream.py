"""The desk follows the line: server-sent events, each the panel as it is now."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from django.http import StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation

from callward.console.desk_panel import desk_context
from callward.console.pages import page
from callward.kernel import clock
from callward.telephony import selectors as line, services as telephony
from callward.telephony.states import TelephonyCapability

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from django.http.response import HttpResponseBase

    from callward.console.staff_session import StaffRequest
    from callward.telephony.services import LineNews
    from callward.telephony.values import PhoneView

# The browser connects again by itself, and whether this person may is asked again.
_LONGEST = 600.0


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
        yield await loop.run_in_executor(None, _panel, request, phone, news, language)


def _panel(request: StaffRequest, phone: PhoneView, news: LineNews, language: str) -> bytes:
    """Write down what the line told, and draw the panel in the reader's words and zone."""
    visit, at = request.visit, clock.now()
    telephony.follow(news, phone.ref, user_ref=visit.user.ref, at=at)
    with translation.override(language), timezone.override(visit.policy.zone):
        context = desk_context(visit) | {"line_is_up": news.up}
        drawn = render_to_string("console/desk/panel.html", context, request=request)
    lines = "".join(f"data: {each}\n" for each in drawn.splitlines() if each.strip())
    return f"event: desk\n{lines}\n".encode()
