"""What happens on the line while it happens, for one agent's desk."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callward.line.control_messages import Listen, line_of
from callward.line.states import CallEvent
from callward.telephony.line_paths import control_socket

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

_QUIET = 15.0  # seconds without news, after which a sign of life is sent
_AGAIN = 3.0  # seconds until a line that is down is asked again
_LONGEST_LINE = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class LineNews:
    """One thing that the line told; without an event it says whether the line is up at all."""

    up: bool
    event: CallEvent | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    running: frozenset[str] = frozenset()  # the calls of this phone, told once at the beginning

    def fact(self, name: str) -> str:
        """What it says of this."""
        return self.facts.get(name, "")


async def news_of(phone: str) -> AsyncIterator[LineNews | None]:
    """Everything about the calls of one phone; None is a sign of life in quiet times."""
    while True:
        try:
            async for news in _connected(phone):
                yield news
        except (OSError, ValueError):
            pass
        yield LineNews(up=False)
        await asyncio.sleep(_AGAIN)


async def _connected(phone: str) -> AsyncIterator[LineNews | None]:
    path = str(control_socket())
    reader, writer = await asyncio.open_unix_connection(path, limit=_LONGEST_LINE)
    try:
        writer.write(line_of({"id": 1, "order": Listen().model_dump(mode="json")}))
        await writer.drain()
        while True:
            try:
                line = await asyncio.wait_for(reader.readline(), _QUIET)
            except TimeoutError:
                yield None
                continue
            if not line:
                return
            for news in _news(json.loads(line), phone):
                yield news
    finally:
        writer.close()


def _news(told: dict[str, object], phone: str) -> Iterator[LineNews]:
    if "calls" in told:
        yield from _beginning(told["calls"], phone)
    elif told.get("agent") == phone and told.get("event") in set(CallEvent):
        yield LineNews(up=True, event=CallEvent(str(told["event"])), facts=_facts(told))


def _beginning(calls: object, phone: str) -> Iterator[LineNews]:
    assert isinstance(calls, list)
    mine = [_facts(call) for call in calls if call.get("agent") == phone]
    yield LineNews(up=True, running=frozenset(call.get("call", "") for call in mine))
    for call in mine:
        yield LineNews(up=True, event=CallEvent.ANSWERED, facts=call)


def _facts(told: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in told.items() if value is not None}
