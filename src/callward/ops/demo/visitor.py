"""One person at the console, over real HTTP: cookies, forms, ranges."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from html.parser import HTMLParser
from http import HTTPStatus
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from callward.kernel import clock
from callward.ops.errors import NothingAnswersError
from callward.ops.supervision import callward_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from callward.kernel.references import Ref
    from callward.ops.data_folder import DataFolder
    from callward.ops.demo.cast import Pass

_UP_WITHIN, _STOP_WITHIN = 60.0, 10.0
_CODES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the console answered."""

    status: int
    url: str
    body: bytes

    @property
    def json(self) -> dict[str, str]:
        """The body of a JSON answer."""
        told: dict[str, str] = json.loads(self.body)
        return told


class _Token(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        words = dict(attrs)
        if tag == "input" and words.get("name") == "csrfmiddlewaretoken":
            self.found = words.get("value") or ""


class Visitor:
    """A browser as far as the demonstration needs one."""

    def __init__(self, base: str) -> None:
        self._base, self._token = base, ""
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def ask(
        self,
        path: str,
        form: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask for a page, or send a form with the token of the page before."""
        body = None
        if form is not None:
            body = urlencode({"csrfmiddlewaretoken": self._token, **form}).encode()
        asked = urllib.request.Request(self._base + path, data=body, headers=dict(headers or {}))  # noqa: S310  # our own loopback address
        try:
            with self._opener.open(asked, timeout=30) as answer:
                got = Answer(status=answer.status, url=answer.url, body=answer.read())
        except urllib.error.HTTPError as refusal:
            got = Answer(status=refusal.code, url=refusal.url or "", body=refusal.read())
        reader = _Token()
        reader.feed(got.body.decode(errors="replace") if got.body[:1] == b"<" else "")
        self._token = reader.found or self._token
        return got

    def sign_in(self, username: str, card: Pass) -> bool:
        """Sign in with password, then the code of this moment."""
        self.ask("/sign-in/")
        self.ask("/sign-in/", {"login": username, "password": card.password})
        for _attempt in range(_CODES):  # a code may end between here and there
            answer = self.ask("/sign-in/second-factor/", {"code": card.code()})
            if "/sign-in" not in answer.url:
                return True
        return False

    def begin_playback(self, ref: Ref, purpose: str) -> Answer:
        """Ask to hear a recording for a purpose."""
        form = {"purpose": purpose} if purpose else {}
        return self.ask(
            f"/recordings/{ref}/playbacks", form, headers={"Accept": "application/json"}
        )

    def hear(self, ref: Ref, purpose: str) -> int:
        """Hear the beginning, then seek to the middle; tells how many bytes came, 0 if refused."""
        begun = self.begin_playback(ref, purpose)
        if begun.status != HTTPStatus.CREATED:
            return 0
        url, size = begun.json["url"], int(begun.json["bytes"])
        beginning = self.ask(url, headers={"Range": "bytes=0-8191"})
        rest = self.ask(url, headers={"Range": f"bytes={size // 2}-"})
        parts = (beginning, rest)
        if any(part.status != HTTPStatus.PARTIAL_CONTENT for part in parts):
            return 0
        return sum(len(part.body) for part in parts)


@contextlib.contextmanager
def console_open(folder: DataFolder) -> Iterator[str]:
    """Serve the console on a free loopback port for a while."""
    port = _free_port()
    base = f"http://localhost:{port}"
    server = subprocess.Popen(  # noqa: S603  # our own command
        callward_command("web", "--port", str(port)),
        env={**os.environ, "CALLWARD_DATA": str(folder.root)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _await_answer(base, server)
        yield base
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(timeout=_STOP_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _await_answer(base: str, server: subprocess.Popen[bytes]) -> None:
    deadline = clock.stopwatch() + _UP_WITHIN
    while clock.stopwatch() < deadline and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(base + "/healthz", timeout=5):  # noqa: S310  # our own loopback address
            return
        threading.Event().wait(0.1)
    raise NothingAnswersError
