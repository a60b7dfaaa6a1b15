"""The web application; a body larger than what we take never reaches Django."""

from __future__ import annotations

import os
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]
    Application = Callable[[Scope, Receive, Send], Awaitable[None]]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callward.config.settings")
_FORBIDDEN, _TOO_LARGE = 403, 413
_HERE = ("127.0.0.1", "::1")
_INTO_THE_INBOX = b"The upload is too large. Put the file into the inbox folder instead.\n"
_PASSED_BY = b"The console is reached through its TLS proxy only.\n"
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
            await _refuse(send, _TOO_LARGE, _INTO_THE_INBOX)
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
                await _refuse(send, _TOO_LARGE, _INTO_THE_INBOX)


class ThroughProxies:
    """Takes requests from the TLS proxies of the house and from this machine, and no others.

    Anybody else could say that TLS was spoken where it was not.
    """

    def __init__(self, application: Application, *, proxies: Iterable[str]) -> None:
        self._application = application
        self._networks = [ip_network(one) for one in (*proxies, *_HERE)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        peer = ip_address((scope.get("client") or _HERE)[0])
        if scope["type"] != "http" or any(peer in network for network in self._networks):
            await self._application(scope, receive, send)
        else:
            await _refuse(send, _FORBIDDEN, _PASSED_BY)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


async def _refuse(send: Send, status: int, text: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
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

    application: Application = LimitedBody(chosen, most=most)
    if settings.CHOSEN.web.behind_proxy:
        application = ThroughProxies(application, proxies=settings.CHOSEN.web.proxies)
    return application


application = _make()
