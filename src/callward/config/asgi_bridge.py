"""Django behind an asynchronous server: one hop to a thread that stays, and back.

Django's own handler makes a thread for every request, and with it new connections to every
database; here each thread keeps its connections. A streamed body takes a thread only while its
next piece is made, so that somebody who listens slowly holds nobody up.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core import signals
from django.core.exceptions import RequestDataTooBig
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.db import connections
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import set_script_prefix

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from django.http.response import HttpResponseBase

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]

# A request is busy with the processor nearly all its time; the others wait for a flush.
THREADS = 4


class OwnLoop(ASGIHandler):
    """Django's own handler, for views that wait for each other on the event loop."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async with ThreadSensitiveContext():
            await super().__call__(scope, receive, send)
            await sync_to_async(connections.close_all)()  # this thread ends with the request


class OneHop(BaseHandler):
    """The application that an ASGI server calls."""

    def __init__(self, *, threads: int = THREADS) -> None:
        super().__init__()
        self.load_middleware()
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="request")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _whole_body(receive)
        if body is None:
            return
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._threads, self._answer, scope, body)
        await send(_head(answer))
        if isinstance(answer, HttpResponse):
            await send({"type": "http.response.body", "body": answer.content})
            return
        assert isinstance(answer, StreamingHttpResponse)
        try:
            await self._send_pieces(answer, receive, send)
        finally:
            self._threads.submit(answer.close)

    def _answer(self, scope: Scope, body: BytesIO) -> HttpResponseBase:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        try:
            answer: HttpResponseBase = self.get_response(ASGIRequest(scope, body))
        except UnicodeDecodeError:
            answer = HttpResponse(status=HTTPStatus.BAD_REQUEST)
        except RequestDataTooBig:
            answer = HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if isinstance(answer, HttpResponse):
            answer.close()  # this tells that the request is over; its content stays
        return answer

    async def _send_pieces(
        self, answer: StreamingHttpResponse, receive: Receive, send: Send
    ) -> None:
        gone = asyncio.ensure_future(receive())  # nothing but the news that nobody listens
        try:
            async for piece in self._pieces(answer):
                if gone.done():
                    return
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()

    async def _pieces(self, answer: StreamingHttpResponse) -> AsyncIterator[bytes]:
        if answer.is_async:
            async for piece in answer:
                yield piece
            return
        loop, made = asyncio.get_running_loop(), iter(answer)
        while found := await loop.run_in_executor(self._threads, _next, made):
            yield found[0]


def _next(made: Iterator[bytes]) -> list[bytes]:
    return list(islice(made, 1))  # an empty list is the end; an empty piece is not


async def _whole_body(receive: Receive) -> BytesIO | None:
    body, more = BytesIO(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body.write(message.get("body", b""))
        more = message.get("more_body", False)
    body.seek(0)
    return body


def _head(answer: HttpResponseBase) -> dict[str, Any]:
    headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in answer.items()]
    headers += [
        (b"Set-Cookie", cookie.output(header="").strip().encode("ascii"))
        for cookie in answer.cookies.values()
    ]
    return {"type": "http.response.start", "status": answer.status_code, "headers": headers}
