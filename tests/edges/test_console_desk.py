"""The agent's desk over HTTP: it follows the line live, hides what S-03 hides, and works alone."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import socket
import tempfile
import threading
from http import HTTPStatus
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, connection, connections
from django.urls import reverse

from build.accounts import cast
from build.console import signed_in
from build.controllers import controller
from build.line_spool import MARA, put_call, spooling, story_of
from callward.accounts.models import Appointment
from callward.controllers.selectors import policy_in_force
from callward.kernel import clock
from callward.kernel.actors import system_actor
from callward.kernel.references import new_ref
from callward.line.media.g711 import SILENCE
from callward.line.states import CallEvent, EvidenceKind, RecordingFate
from callward.line.volatile_keys import memory_for
from callward.telephony import ports, services as telephony
from callward.telephony.line_connection import SocketLine
from callward.telephony.models import AgentPhone, LineCall
from callward.telephony.values import PhoneFacts

pytestmark = pytest.mark.django_db(transaction=True)
SETUP = system_actor("tests")


@pytest.fixture
def house(tmp_path, settings, monkeypatch):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr("callward.line.voices.shipped", lambda *_words: SILENCE * 800)
    made = House(spooling(tmp_path, settings))
    yield made
    shutil.rmtree(memory_for(made.spool.spool), ignore_errors=True)


class House:
    """Ana at extension 101, Boris who looks, Radu who sets up."""

    def __init__(self, spool):
        self.spool, at = spool, clock.now()
        self.view = controller("smart-metering")
        self.policy = policy_in_force(self.view.ref, at=at)
        self.people = cast(self.view.ref, at=at)
        rows = Appointment.objects.filter(user_id=self.people.ana.ref)
        rows.update(agent_code="101", agent_code_since=at)
        of_line = {"controller_ref": self.view.ref, "actor": SETUP, "at": at}
        self.phone = telephony.add_phone(PhoneFacts(phone="101"), **of_line)

    def browser(self, name):
        return signed_in(getattr(self.people, name), controller_ref=self.view.ref)


class FakeLine:
    """A control channel that says who rings, and then whatever the test tells it."""

    def __init__(self, path, *, calls=()):
        self.calls, self.listening = list(calls), threading.Event()
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen()
        self._clients = []
        self._threads = []
        self._start(self._serve)

    def _start(self, work, *facts):
        thread = threading.Thread(target=work, args=facts, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self):
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self._start(self._answer, client)

    def _answer(self, client):
        with client, client.makefile("rb") as lines:
            self._talk(client, lines)

    def _talk(self, client, lines):
        for line in lines:
            asked = json.loads(line)
            told = {"id": asked["id"], "ok": True, "calls": self.calls, "faults": [], "agents": []}
            client.sendall(json.dumps(told).encode() + b"\n")
            if asked["order"]["do"] == "listen":
                self._clients.append(client)
                self.listening.set()

    def tell(self, event, **facts):
        line = json.dumps({"event": event, **facts}).encode() + b"\n"
        for client in self._clients:
            client.sendall(line)

    def close(self):
        for client in self._clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in self._threads:
            thread.join(5)


@pytest.fixture
def fake_line(house, monkeypatch):
    folder = Path(tempfile.mkdtemp(prefix="cw"))  # a socket's path must be short
    path = folder / "control.sock"
    monkeypatch.setattr("callward.telephony.desk.line_events.control_socket", lambda: path)
    ports.line.bind(SocketLine(path))
    line = FakeLine(path)
    yield line
    line.close()
    shutil.rmtree(folder)


def test_the_desk_says_in_one_sentence_that_the_line_is_down_and_still_works(house, tmp_path):
    ports.line.bind(SocketLine(tmp_path / "nobody.sock"))
    ana = house.browser("ana")
    assert "The phone line does not answer at the moment" in ana.get(reverse("desk")).text
    answer = ana.post(reverse("desk-presence"), {"state": "ready"}, follow=True)
    assert answer.status_code == HTTPStatus.OK
    assert "Ready for calls" in answer.text


def test_somebody_without_an_extension_is_told_so(house):
    assert "You have no phone at this controller yet." in house.browser("boris").get("/desk/").text


@pytest.mark.req("S-03")
def test_the_desk_follows_the_line_live_and_shows_nothing_too_early(house, fake_line):
    call, phone = str(new_ref()), str(house.phone.ref)
    answer = house.browser("ana").get(reverse("desk-events"))
    assert answer.headers["Content-Type"] == "text/event-stream"

    async def follow():
        seen, pieces = [], aiter(answer)
        seen += [await anext(pieces), await anext(pieces)]
        about = {
            "call": call,
            "agent": phone,
            "direction": "out",
            "language": "ro",
            "gate": "closed",
        }
        for event in ("call-rings", "asked", "agreed", "opened", "call-ended"):
            fake_line.tell(event, **about)
            seen.append(await asyncio.wait_for(anext(pieces), 10))
        await pieces.aclose()
        return [piece.decode() for piece in seen]

    retry, quiet, rings, asked, agreed, opened, ended = asyncio.run(follow())
    assert retry.startswith("retry:")
    assert "You take no calls now." in quiet
    assert "Take the call on your phone." in rings
    assert "shown after the answer" in asked
    assert "Agreed" in agreed
    assert "Being recorded" in opened
    assert "Close the call" in ended


def end_other_connections():
    """As a server does that is started anew; a file has none to end."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        connection.close()


def test_a_desk_lets_go_of_a_dead_connection_and_ends_while_there_is_none(
    house, fake_line, monkeypatch
):
    answer = house.browser("ana").get(reverse("desk-events"))
    about = {"call": str(new_ref()), "agent": str(house.phone.ref), "direction": "in"}

    def gone(_visit):
        raise OperationalError("server closed the connection unexpectedly")

    async def follow():
        pieces, seen = aiter(answer), []
        await anext(pieces)
        await anext(pieces)
        await sync_to_async(end_other_connections)()
        fake_line.tell("call-rings", **about)
        seen.append(await asyncio.wait_for(anext(pieces), 10))
        monkeypatch.setattr("callward.console.views.desk.desk_context", gone)
        fake_line.tell("call-ended", **about)
        seen += [piece async for piece in pieces]
        return b"".join(seen).decode()

    told = asyncio.run(asyncio.wait_for(follow(), 30))
    connections.close_all()  # that of this test has ended as well
    assert "Take the call on your phone." in told
    assert told.count("event: desk") == 1, "the browser connects again and asks anew"


def test_a_button_answers_with_the_panel_and_a_refusal_with_its_sentence(house, fake_line):
    call, ana = new_ref(), house.browser("ana")
    facts = {"call": str(call), "agent": str(house.phone.ref), "direction": "in"}
    told = telephony.LineNews(up=True, event=CallEvent.OPENED, facts=facts)
    telephony.follow(told, house.phone.ref, user_ref=house.people.ana.ref, at=clock.now())
    headers = {"X-Desk": "panel", "HX-Request": "true"}
    stopped = ana.post(reverse("desk-stop", args=[call]), headers=headers)
    assert (stopped.status_code, "desk-call" in stopped.text) == (HTTPStatus.OK, True)
    paused = ana.post(reverse("desk-pause", args=[call]), {"reason": "coffee"}, headers=headers)
    assert paused.status_code == HTTPStatus.FORBIDDEN
    assert "The policy names no pause of the recording for this reason." in paused.text
    other = house.browser("boris").post(reverse("desk-stop", args=[call]), headers=headers)
    assert other.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.req("K-03")
def test_a_call_out_is_refused_in_the_form_without_a_reason_or_reference(house):
    ana = house.browser("ana")
    form = {"number": MARA, "reason": "", "reference": "Mara Exemplu", "language": "ro"}
    answer = ana.post(reverse("desk-dial"), form)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert MARA not in str(answer.headers)


def test_the_page_of_a_call_tells_line_by_line_what_was_said(house):
    story = story_of(house.view, house.policy.policy_id, evidence=EvidenceKind.DIGIT, paused=True)
    put = put_call(house.spool, story)
    refused = put_call(
        house.spool,
        story_of(house.view, house.policy.policy_id, refused=True, fate=RecordingFate.REFUSED),
    )
    telephony.collect(clock.now())
    boris = house.browser("boris")
    told = boris.get(reverse("calls-one", args=[LineCall.objects.get(ref=put.ref).call_ref])).text
    for words in ("Agreed by pressing a key", "The recording was paused", "Card payment"):
        assert words in told
    told = boris.get(
        reverse("calls-one", args=[LineCall.objects.get(ref=refused.ref).call_ref])
    ).text
    assert "Refused: nothing was kept" in told


def test_a_phones_password_is_shown_once_and_never_again(house):
    radu = house.browser("radu")
    made = radu.post(reverse("line-phone-new"), {"phone": "102", "port": "5060", "allow": ""})
    secret = made.context["phone"].secret
    assert secret in made.text
    assert AgentPhone.objects.filter(phone="102").exists()
    for name in ("line", "line-phone-new"):
        assert secret not in radu.get(reverse(name)).text


def test_wrong_settings_are_said_beside_their_field(house):
    radu = house.browser("radu")
    trunk = {"name": "Carrier", "host": "192.0.2.10", "port": "5060", "allow": "anybody"}
    answer = radu.post(reverse("line-trunk-new"), trunk | {"registers": "on"})
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "is not an address or a network" in answer.text
    assert "Who signs in needs an account." in answer.text
    taken = radu.post(reverse("line-phone-new"), {"phone": "101", "port": "5060"})
    assert "This name or number is taken already." in taken.text
