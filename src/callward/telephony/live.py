"""What happens on the line while it happens, for one agent's desk."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.line.states import CallEvent
from callward.telephony.folders import control_socket

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_QUIET = 15.0  # seconds without news, after which a sign of life is sent
_AGAIN = 3.0  # seconds until a line that is down is asked again
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LineNews:
    """One thing that the line told; `event` None means that it went down, or came back."""

    up: bool
    event: CallEvent | None = None
    facts: dict[str, str] | None = None

    def fact(self, name: str) -> str:
        """What it says of this."""
        return str((self.facts or {}).get(name) or "")


async def news_of(phone: str) -> AsyncIterator[LineNews | None]:
    """Everything about the calls of one phone; None is a sign of life in quiet times."""
    while True:
        try:
            async for news in _connected(phone):
                yield news
        except (OSError, ValueError, asyncio.IncompleteReadError):
            pass
        yield LineNews(up=False)
        await asyncio.sleep(_AGAIN)


async def _connected(phone: str) -> AsyncIterator[LineNews | None]:
    path = str(control_socket())
    reader, writer = await asyncio.open_unix_connection(path, limit=_LONGEST_LINE)
    try:
        writer.write(b'{"schema":"callward.line/1","id":1,"do":"events"}\n')
        await writer.drain()
        yield LineNews(up=True)
        while True:
            try:
                line = await asyncio.wait_for(reader.readline(), _QUIET)
            except TimeoutError:
                yield None
                continue
            if not line:
                return
            if news := _news(line, phone):
                yield news
    finally:
        writer.close()


def _news(line: bytes, phone: str) -> LineNews | None:
    told = json.loads(line)
    if told.get("agent") != phone or told.get("event") not in set(CallEvent):
        return None
    facts = {name: str(value) for name, value in told.items() if value is not None}
    return LineNews(up=True, event=CallEvent(told["event"]), facts=facts)
