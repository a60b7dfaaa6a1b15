"""Each probe of the phone line goes red when the line breaks its promise in that one way."""

from __future__ import annotations

import hashlib
import json
import socket
from datetime import timedelta
from pathlib import Path

import pytest

from build.promises import look, promised_house, wrong
from build.recordings import keep_one
from callward import texts
from callward.audit import services as audit
from callward.audit.models import Leaf
from callward.calls.models import Call
from callward.config import reachability
from callward.kernel import clock
from callward.kernel.references import new_ref
from callward.line.call_ledger import LedgerBook
from callward.line.states import Entry
from callward.policy import policy_of
from callward.promises import ports
from callward.promises.probes import places
from callward.telephony.models import DialPermit, LineCall
from callward.texts.states import Probe
from callward.vault import services as vault

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 3


@pytest.fixture
def home(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return promised_house(tmp_path)


def ledger(kept, *, complete=True, told_first=True, shut_after=SECONDS):
    """A ledger of one call whose gate was open until `shut_after` seconds."""
    book, begun = (
        LedgerBook(),
        Call.objects.get(ref=kept.call_ref).ended_at - timedelta(seconds=SECONDS),
    )
    book.add(Entry.CALL_BEGUN, at=begun, call="c")
    if told_first:
        book.add(Entry.ANNOUNCEMENT_ENDED, at=begun, complete=complete)
    book.add(Entry.OPENED, at=begun, evidence="digit")
    if not told_first:
        book.add(Entry.ANNOUNCEMENT_ENDED, at=begun, complete=complete)
    book.add(Entry.SHUT, at=begun + timedelta(seconds=shut_after), fate="stored")
    return book.as_bytes()


def recorded(home, raw=None, **facts):
    kept = keep_one(home, seconds=SECONDS)
    vault.add_part(kept.ref, "ledger", raw or ledger(kept, **facts))
    line_call(home, call_ref=kept.call_ref, recording_ref=kept.ref)
    return kept


def line_call(home, **fields):
    at = clock.now()
    row = LineCall(
        ref=new_ref(),
        line_call_ref=new_ref(),
        controller_ref=home.controller.ref,
        policy_id=home.policy.policy_id,
        started_at=at,
        answered=True,
        fate="stored",
        collected_at=at,
    )
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row


@pytest.mark.req("X-02")
def test_a_recording_that_began_before_the_words_turns_the_probe_red(home):
    recorded(home)
    assert wrong(home, Probe.TOLD_BEFORE_RECORDED) == 0
    recorded(home, told_first=False)
    assert wrong(home, Probe.TOLD_BEFORE_RECORDED) == 1
    recorded(home, complete=False)
    assert wrong(home, Probe.TOLD_BEFORE_RECORDED) == 2


def test_a_ledger_that_was_changed_proves_nothing(home):
    kept = keep_one(home, seconds=SECONDS)
    raw = ledger(kept).replace(b'"evidence":"digit"', b'"evidence":"other"')
    vault.add_part(kept.ref, "ledger", raw)
    line_call(home, call_ref=kept.call_ref, recording_ref=kept.ref)
    assert wrong(home, Probe.TOLD_BEFORE_RECORDED) == 1


@pytest.mark.req("K-05")
def test_a_recorder_that_goes_on_after_the_refusal_turns_the_probe_red(home):
    recorded(home)
    assert wrong(home, Probe.STOPPED_IN_TIME) == 0
    recorded(home, shut_after=SECONDS - 2)
    assert wrong(home, Probe.STOPPED_IN_TIME) == 1


def test_a_pause_longer_than_the_longest_turns_the_probe_red(home):
    pause = home.policy.recording.pause
    for length, expected in ((pause.max.seconds, 0), (pause.max.seconds + 5, 1)):
        kept = keep_one(home, seconds=SECONDS)
        begun = Call.objects.get(ref=kept.call_ref).ended_at - timedelta(seconds=SECONDS)
        book = LedgerBook()
        book.add(Entry.CALL_BEGUN, at=begun, call="c")
        book.add(Entry.OPENED, at=begun, evidence="digit")
        book.add(Entry.PAUSED, at=begun, reason="card-payment")
        book.add(Entry.RESUMED, at=begun + timedelta(seconds=length), reason="card-payment")
        book.add(Entry.SHUT, at=begun + timedelta(seconds=length), fate="stored")
        vault.add_part(kept.ref, "ledger", book.as_bytes())
        line_call(home, call_ref=kept.call_ref, recording_ref=kept.ref)
        assert wrong(home, Probe.STOPPED_IN_TIME) == expected


@pytest.mark.req("S-20")
def test_a_recorded_call_for_the_officer_turns_the_probe_red(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    meters = promised_house(tmp_path, name="smart-metering")
    assert meters.policy.recording.officer_unrecorded
    line_call(meters, officer=True)
    assert wrong(meters, Probe.ONLY_DECLARED_NUMBERS) == 0
    kept = keep_one(meters)
    line_call(meters, officer=True, call_ref=kept.call_ref, recording_ref=kept.ref)
    assert wrong(meters, Probe.ONLY_DECLARED_NUMBERS) == 1


@pytest.mark.req("S-03")
def test_audio_of_a_refused_recording_turns_the_probe_red(home, tmp_path):
    refused = line_call(home, fate="refused")
    assert wrong(home, Probe.REFUSED_LEAVES_NOTHING) == 0
    left = tmp_path / "spool" / "line" / f"{refused.ref}.audio"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"sealed")
    assert wrong(home, Probe.REFUSED_LEAVES_NOTHING) == 1
    left.unlink()
    kept = keep_one(home)
    line_call(home, ref=kept.ref, fate="refused")
    assert wrong(home, Probe.REFUSED_LEAVES_NOTHING) == 1


@pytest.mark.req("K-03")
@pytest.mark.parametrize("what", ["none", "reason", "late"])
def test_a_call_placed_without_an_allowed_reason_turns_the_probe_red(home, what):
    kept, at = keep_one(home), clock.now()
    Call.objects.filter(ref=kept.call_ref).update(direction="out")
    row = line_call(home, call_ref=kept.call_ref)
    if what == "none":
        assert wrong(home, Probe.CALLED_FOR_A_REASON) == 1
    permit = DialPermit(
        controller_ref=home.controller.ref,
        user_ref=home.cast.ana.ref,
        phone_ref=home.cast.ana.ref,
        sealed_number=b"sealed",
        reason="booking",
        reference="T-1",
        policy_id=home.policy.policy_id,
        given_at=at - timedelta(days=1),
        ends_at=at,
        call_ref=row.ref,
    )
    permit.save(force_insert=True)
    assert wrong(home, Probe.CALLED_FOR_A_REASON) == 0
    if what == "reason":
        DialPermit.objects.update(reason="sales")
    if what == "late":
        DialPermit.objects.update(ends_at=at - timedelta(hours=5))
    assert wrong(home, Probe.CALLED_FOR_A_REASON) == int(what != "none")


def snapshot(home, tmp_path, *, language="ro", text=None):
    says = texts.prompt_texts(policy_of(home.policy.canonical), language)
    key, words = next(iter(says.items()))
    audio = b"\xd5" * 800
    name = f"{hashlib.sha256(audio).hexdigest()}.al"
    folder = tmp_path / "line" / "prompts"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(audio)
    prompt = {"file": name, "sha256": name[:-3], "text": text or words, "origin": "own"}
    mine = {
        "controller": home.controller.slug,
        "policy_id": home.policy.policy_id,
        "policy": home.policy.canonical.decode(),
        "prompts": {language: {str(key): prompt}},
    }
    (tmp_path / "line" / "line.json").write_text(json.dumps({"controllers": [mine]}))
    return folder / name


@pytest.mark.req("K-02")
def test_a_swapped_prompt_or_other_words_turn_the_probe_red(home, tmp_path):
    assert look(home, Probe.PROMPTS_MATCH) is None
    file = snapshot(home, tmp_path)
    assert wrong(home, Probe.PROMPTS_MATCH) == 0
    file.write_bytes(b"\x55" * 800)
    assert wrong(home, Probe.PROMPTS_MATCH) == 1
    snapshot(home, tmp_path, text="Good morning.")
    assert wrong(home, Probe.PROMPTS_MATCH) == 1


@pytest.mark.req("X-12")
def test_a_connection_to_a_machine_that_nobody_declared_turns_the_probe_red(home, monkeypatch):
    server = socket.create_server(("127.0.0.1", 0))
    with server, socket.create_connection(server.getsockname()):
        monkeypatch.setattr(places, "_own_sockets", own_sockets_of_this_test)
        assert wrong(home, Probe.HOSTS_DECLARED) == 0  # this machine itself is no stranger
        monkeypatch.setattr(places, "_is_here", lambda _host: False)
        assert wrong(home, Probe.HOSTS_DECLARED) >= 1
        ports.declared_hosts.bind(lambda _controller: frozenset({"127.0.0.1"}))
        assert wrong(home, Probe.HOSTS_DECLARED) == 0
        # A house declares its object store by name, and a connection shows an address.
        monkeypatch.setenv("CALLWARD_OBJECTS_ENDPOINT", "https://localhost:8333")
        ports.declared_hosts.bind(reachability.declared_hosts)
        assert wrong(home, Probe.HOSTS_DECLARED) == 0


def own_sockets_of_this_test():
    for link in Path("/proc/self/fd").iterdir():
        try:
            name = str(link.readlink())
        except OSError:
            continue
        if name.startswith("socket:["):
            yield name[8:-1]


def test_an_entry_of_the_audit_that_was_changed_turns_the_probe_red(home):
    keep_one(home)
    audit.checkpoint(at=clock.now())
    assert wrong(home, Probe.AUDIT_INTACT) == 0
    Leaf.objects.filter(index=2).update(actor="system:somebody")
    assert wrong(home, Probe.AUDIT_INTACT) > 0


class Baker:
    """A web program that sets whatever cookies it is told to."""

    def __init__(self, *names):
        self.names = frozenset(names)

    def cookies_of(self, page):
        return self.names


@pytest.mark.req("K-34")
def test_a_cookie_that_the_policy_does_not_declare_turns_the_probe_red(home):
    ports.visitor.bind(Baker())
    assert wrong(home, Probe.COOKIES_DECLARED) == 0
    ports.visitor.bind(Baker("callward_choice"))
    assert wrong(home, Probe.COOKIES_DECLARED) == 0
    ports.visitor.bind(Baker("_tracker"))
    assert wrong(home, Probe.COOKIES_DECLARED) == 2
