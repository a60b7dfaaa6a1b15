"""The console speaks TLS by itself where a house gave it a certificate."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import closing

import pytest

from build.certificates import certificate_in
from build.engines import choose, environment_on_engine
from build.ops import environment, new_house

READY_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def asked(port: int, context: ssl.SSLContext | None) -> tuple[int, list[tuple[str, str]]]:
    """What the first page answers: its status and its headers."""
    if context is None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    else:
        line = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=context)
    with closing(line):
        line.request("GET", "/sign-in/")
        answer = line.getresponse()
        answer.read()
        return answer.status, answer.getheaders()


@pytest.fixture
def serving(tmp_path):
    house = new_house(tmp_path / "house")
    certificate, key = certificate_in(house, "console")
    choose(
        house,
        f'[web]\ntls = "own"\ncertificate = "{certificate.name}"\n'
        f'certificate_key = "{key.name}"\nhosts = ["127.0.0.1"]\n',
    )
    port = free_port()
    running = subprocess.Popen(
        [sys.executable, "-m", "callward.ops", "web", "--port", str(port)],
        env=environment_on_engine(environment(house)),
        start_new_session=True,
    )
    until = time.monotonic() + READY_SECONDS
    context = ssl.create_default_context(cafile=str(certificate))
    try:
        while True:
            try:
                asked(port, context)
            except OSError:
                assert time.monotonic() < until
                time.sleep(0.1)
            else:
                break
        yield port, context
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


@pytest.mark.slow
def test_pages_come_over_tls_of_our_own_and_cookies_with_them(serving):
    port, context = serving
    status, headers = asked(port, context)
    assert status in {200, 302}
    assert "max-age" in dict(headers)["strict-transport-security"]
    cookies = [value for name, value in headers if name.lower() == "set-cookie"]
    assert cookies
    assert all("Secure" in cookie for cookie in cookies)
    with pytest.raises(ssl.SSLCertVerificationError):
        asked(port, ssl.create_default_context())
    with pytest.raises((OSError, http.client.HTTPException)):
        asked(port, None)
