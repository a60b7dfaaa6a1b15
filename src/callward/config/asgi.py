"""The web application; a body larger than what we take never reaches Django."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]
    Application = Callable[[Scope, Receive, Send], Awaitable[None]]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callward.config.settings")
_TOO_LARGE = 413
_MACHINES = "/api/"
_SENDERS = 64  # uploads wait for each other, to be flushed as one group


class _BodyTooLargeError(Exception):
    """More came than was announced or than we take."""


class LimitedBody:
    """Refuses bodies over the limit, so that no upload is ever spooled to disk in clear."""

    def __init__(self, application: Application, *, most: int) -> None:
        self._application, self._most = application, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
        elif _announced(scope) > self._most:
            await _refuse(send)
        else:
            await self._pass_counted(scope, receive, send)

    async def _pass_counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        counted, started = 0, False

        async def receive_counted() -> dict[str, Any]:
            nonlocal counted
            message = await receive()
            counted += len(message.get("body", b""))
            if counted > self._most:
                raise _BodyTooLargeError
            return message

        async def send_noting(message: dict[str, Any]) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._application(scope, receive_counted, send_noting)
        except _BodyTooLargeError:
            if not started:
                await _refuse(send)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


async def _refuse(send: Send) -> None:
    text = b"The upload is too large. Put the file into the inbox folder instead.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": _TOO_LARGE, "headers": headers})
    await send({"type": "http.response.body", "body": text})


def _make() -> Application:
    django.setup(set_prefix=False)
    from django.conf import settings  # noqa: PLC0415  # settings are read after set-up

    from callward.config.asgi_bridge import OneHop  # noqa: PLC0415  # same

    most = settings.CALLWARD_UPLOAD_BYTES + 64 * 1024  # the form around the file
    screens, machines = OneHop(), OneHop(threads=_SENDERS)

    async def chosen(scope: Scope, receive: Receive, send: Send) -> None:
        asked: Any = machines if scope.get("path", "").startswith(_MACHINES) else screens
        await asked(scope, receive, send)

    return LimitedBody(chosen, most=most)


application = _make()
