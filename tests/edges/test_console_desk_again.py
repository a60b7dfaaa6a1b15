"""The browser takes up the desk again when its stream was answered by something that is none."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import callward
from build.browser import Visit, look

pytestmark = pytest.mark.browser
SCRIPT = Path(callward.__path__[0]) / "console" / "static" / "console" / "desk.js"
PAGE = """<!doctype html><html lang="en"><title>desk</title>
<div id="desk-panel" data-events="/events"></div><script src="/desk.js"></script></html>"""
PANEL = b"event: desk\ndata: <button id='back'>back again</button>\n\n"


class Desk(BaseHTTPRequestHandler):
    """Answers the stream with 503 at first, as while the database is away."""

    asked = 0

    def do_GET(self):
        if self.path == "/events":
            Desk.asked += 1
            away = Desk.asked == 1
            self._answer(503 if away else 200, "text/event-stream", b"" if away else PANEL)
        elif self.path == "/desk.js":
            self._answer(200, "text/javascript", SCRIPT.read_bytes())
        else:
            self._answer(200, "text/html", PAGE.encode())

    def _answer(self, status, kind, content):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_words):
        """Nobody reads it."""


def test_a_desk_whose_stream_was_refused_asks_again_by_itself():
    with ThreadingHTTPServer(("127.0.0.1", 0), Desk) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            (seen,) = look([Visit(url=f"http://127.0.0.1:{server.server_port}/", press=("#back",))])
        finally:
            server.shutdown()
            thread.join()
    assert seen.text == "back again"
    assert Desk.asked >= 2
