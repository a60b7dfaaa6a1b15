"""The console, and beside it the peer: the same app and sign-in serving the plain file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import include, path

from callward.console.views.audio import asked_part

if TYPE_CHECKING:
    from django.http import HttpRequest


def plain_file(request: HttpRequest) -> HttpResponse:
    """The asked range of a file in clear; the middleware has asked for the sign-in."""
    name = os.environ["BENCH_PLAIN"]
    with open(name, "rb") as audio:  # noqa: PTH123  # the plainest way there is
        part = asked_part(request.headers.get("Range", ""), os.fstat(audio.fileno()).st_size)
        audio.seek(part.start)
        return HttpResponse(audio.read(part.length), status=206, content_type="audio/mpeg")


urlpatterns = [path("plain", plain_file, name="plain"), path("", include("callward.config.urls"))]
