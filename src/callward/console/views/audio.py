"""The only two addresses that lead to a voice: begin a playback, then read ranges of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format

from callward.console.pages import action, page
from callward.console.refusals import write_down
from callward.kernel import clock
from callward.kernel.errors import CallwardError
from callward.recordings.services import begin_playback, open_playback, read_playback
from callward.recordings.states import RecordingsCapability

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http.response import HttpResponseBase

    from callward.console.staff_session import StaffRequest
    from callward.kernel.references import Ref

_ONE_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.ASCII | re.IGNORECASE)


class UnsatisfiableError(ValueError):
    """The asked part lies behind the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The bytes from `start` to before `stop`; `whole` when no part was asked for."""

    start: int
    stop: int
    whole: bool

    @property
    def length(self) -> int:
        """How many bytes it is."""
        return self.stop - self.start


def asked_part(header: str, size: int) -> Part:
    """Read a Range header; a form that we do not know, or several parts, means the whole."""
    match = _ONE_RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return Part(start=0, stop=size, whole=True)
    first, last = match.groups()
    if first and last and int(last) < int(first):
        return Part(start=0, stop=size, whole=True)
    start = int(first) if first else max(0, size - int(last))
    stop = min(size, int(last) + 1) if first and last else size
    if start >= stop:
        raise UnsatisfiableError
    return Part(start=start, stop=stop, whole=False)


PIECE = 256 * 1024
_NOT_AUDIO = "application/octet-stream"


@action(
    "recordings/<uuid:ref>/playbacks",
    name="playback-begin",
    needs=RecordingsCapability.PLAY,
    records_calls=True,
)
def begin(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Begin a playback for the purpose that was chosen, and say where its audio is."""
    visit = request.visit
    begun = begin_playback(
        ref,
        purpose=request.POST.get("purpose"),
        user_ref=visit.user.ref,
        session=visit.session,
        second_factor=visit.second_factor,
        at=visit.at,
    )
    facts = {
        "playback": str(begun.ref),
        "url": reverse("playback-audio", args=[begun.ref]),
        "ends_at": begun.ends_at.isoformat(),
        "ends_at_words": time_format(timezone.localtime(begun.ends_at), "H:i"),
        "seconds": (begun.ends_at - visit.at).total_seconds(),
        "mime": begun.mime,
        "bytes": begun.bytes,
    }
    return JsonResponse(facts, status=HTTPStatus.CREATED, headers={"Cache-Control": "no-store"})


@page(
    "playbacks/<uuid:ref>/audio",
    name="playback-audio",
    needs=RecordingsCapability.PLAY,
    methods=("GET", "HEAD"),
    records_calls=True,
)
def audio(request: StaffRequest, ref: Ref) -> HttpResponseBase:
    """Give the asked part of one's own running playback, and decrypt no other."""
    visit = request.visit
    opened = open_playback(ref, user_ref=visit.user.ref, session=visit.session, at=visit.at)
    try:
        part = asked_part(request.headers.get("Range", ""), opened.size)
    except UnsatisfiableError:
        outside = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        return _with_headers(outside, f"bytes */{opened.size}")
    shown = f"bytes {part.start}-{part.stop - 1}/{opened.size}"
    status = HTTPStatus.OK if part.whole else HTTPStatus.PARTIAL_CONTENT
    mime = opened.mime if opened.mime.startswith("audio/") else _NOT_AUDIO
    first = b"" if request.method == "HEAD" else opened.reader.read(part.start, _first(part))
    answer: HttpResponseBase
    if len(first) == part.length or request.method == "HEAD":
        answer = HttpResponse(first, status=status, content_type=mime)
    else:
        body = _pieces(request, ref, part, first)
        answer = StreamingHttpResponse(body, status=status, content_type=mime)
    answer["Content-Length"] = str(part.length)
    return _with_headers(answer, "" if part.whole else shown)


def _first(part: Part) -> int:
    return min(part.length, PIECE)


def _with_headers(answer: HttpResponseBase, content_range: str) -> HttpResponseBase:
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "no-store, private"
    answer["Content-Disposition"] = "inline"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    if content_range:
        answer["Content-Range"] = content_range
    return answer


def _pieces(request: StaffRequest, ref: Ref, part: Part, first: bytes) -> Iterator[bytes]:
    yield first
    for start in range(part.start + len(first), part.stop, PIECE):
        yield _piece(request, ref, start, part.stop)


def _piece(request: StaffRequest, ref: Ref, start: int, stop: int) -> bytes:
    """The next piece, asked for as if it were the first: the due instant may have come."""
    visit, at = request.visit, clock.now()
    try:
        return read_playback(
            ref,
            user_ref=visit.user.ref,
            session=visit.session,
            at=at,
            start=start,
            length=min(PIECE, stop - start),
        )
    except CallwardError as error:
        write_down(request, error, at=at)
        raise
