"""A body larger than what is taken never reaches Django, which would spool it in clear."""

from __future__ import annotations

import asyncio

import pytest
from django.conf import settings

from callward.config.asgi import LimitedBody, ThroughProxies

MOST = 100


def _ask(*, announced: int | None, pieces: list[bytes]) -> tuple[int, int]:
    """Send a request; tells the status and how many bytes the application saw."""
    seen, sent = 0, []
    waiting = list(pieces)

    async def application(scope, receive, send):
        nonlocal seen
        more = True
        while more:
            message = await receive()
            seen += len(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive():
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message):
        sent.append(message)

    headers = [] if announced is None else [(b"content-length", str(announced).encode())]
    scope = {"type": "http", "headers": headers}
    asyncio.run(LimitedBody(application, most=MOST)(scope, receive, send))
    return sent[0]["status"], seen


def test_what_is_announced_too_large_is_not_even_read():
    assert _ask(announced=MOST + 1, pieces=[b"x" * (MOST + 1)]) == (413, 0)


@pytest.mark.parametrize("announced", [None, 10])
def test_who_sends_more_than_was_said_is_cut_off(announced):
    status, seen = _ask(announced=announced, pieces=[b"x" * 60, b"x" * 60, b"x" * 60])
    assert status == 413
    assert seen <= MOST


def test_what_fits_passes():
    assert _ask(announced=MOST, pieces=[b"x" * 50, b"x" * 50]) == (200, MOST)


def test_django_never_spools_what_passes():
    assert settings.FILE_UPLOAD_MAX_MEMORY_SIZE > settings.CALLWARD_UPLOAD_BYTES + 64 * 1024
    assert not any("Temporary" in name for name in settings.FILE_UPLOAD_HANDLERS)


@pytest.mark.parametrize(
    ("peer", "status"),
    [
        (("192.0.2.9", 4711), 200),
        (("198.51.100.7", 4711), 200),
        (("127.0.0.1", 4711), 200),
        (("::1", 4711, 0, 0), 200),
        (("192.0.2.10", 4711), 403),
        (("2001:db8::9", 4711), 403),
    ],
)
def test_behind_a_tls_proxy_nobody_passes_it_by(peer, status):
    sent = []

    async def application(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message):
        sent.append(message)

    guarded = ThroughProxies(application, proxies=("192.0.2.9/32", "198.51.100.0/24"))
    asyncio.run(guarded({"type": "http", "client": peer, "headers": []}, None, send))
    assert sent[0]["status"] == status
