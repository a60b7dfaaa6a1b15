"""The hop between the server's event loop and Django: answers whole, streams piece by piece."""

from __future__ import annotations

import asyncio
import threading

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from callward.config.asgi_bridge import OneHop

made_by: list[str] = []


def whole(request):
    made_by.append(threading.current_thread().name)
    answer = HttpResponse(request.body[::-1], status=201)
    answer.set_cookie("told", "yes")
    return answer


def streamed(_request):
    def pieces():
        for piece in (b"one", b"", b"two", b"three"):
            made_by.append(threading.current_thread().name)
            yield piece

    return StreamingHttpResponse(pieces())


def awaited(_request):
    async def pieces():
        yield b"a"
        yield b"b"

    return StreamingHttpResponse(pieces())


@pytest.fixture
def application(settings):
    from django.urls import path  # noqa: PLC0415  # beside what uses it

    made_by.clear()
    settings.MIDDLEWARE = []
    settings.ROOT_URLCONF = type(
        "Urls",
        (),
        {"urlpatterns": [path("whole", whole), path("pieces", streamed), path("awaited", awaited)]},
    )
    return OneHop()


def ask(application, path, *, body=b"", leaves_after=None):
    """Ask as a server does; tells the messages that came back."""
    sent, asked = [], [{"type": "http.request", "body": body, "more_body": False}]

    async def receive():
        if asked:
            return asked.pop(0)
        while leaves_after is None or len(sent) < leaves_after:  # noqa: ASYNC110  # a test may look often
            await asyncio.sleep(0.001)
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)
        await asyncio.sleep(0.01)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"testserver")],
        "root_path": "",
    }
    asyncio.run(application(scope, receive, send))
    return sent


def body_of(sent):
    return b"".join(message.get("body", b"") for message in sent[1:])


def test_a_request_is_answered_whole_with_status_and_cookies(application):
    sent = ask(application, "/whole", body=b"abc")
    assert sent[0]["status"] == 201
    assert (b"Set-Cookie", b"told=yes; Path=/") in sent[0]["headers"]
    assert body_of(sent) == b"cba"


def test_one_thread_answers_many_requests_so_that_its_connections_live(application):
    for _ in range(3):
        ask(application, "/whole")
    assert len(set(made_by)) < 3
    assert all(name.startswith("request") for name in made_by)


@pytest.mark.parametrize(("path", "body"), [("/pieces", b"onetwothree"), ("/awaited", b"ab")])
def test_a_stream_is_sent_piece_by_piece_to_its_end(application, path, body):
    sent = ask(application, path)
    assert body_of(sent) == body
    assert [message.get("more_body", False) for message in sent[1:]][-1] is False
    assert len(sent) > 3


def test_no_further_piece_is_made_for_somebody_who_left(application):
    sent = ask(application, "/pieces", leaves_after=2)
    assert len(made_by) < 4
    assert b"three" not in body_of(sent)
