"""Every door of a house, gone through by marked persons; Django is set up before."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from build.console import signed_in
from build.intake import cdr_row, envelope_json, put, tone
from build.markers import (
    AGENT,
    CALLEE,
    CALLER,
    CASE,
    CLONE,
    DIALLED,
    FILE,
    GREETING,
    LINE,
    MAIL,
    NAME,
    POLICY,
    REASON,
    SLUG,
    SPOKEN,
    STAFF,
    STREET,
    USERNAME,
    VISITOR,
)
from callward.accounts import selectors as staff, services as accounts
from callward.audit import services as audit
from callward.audit.models import Checkpoint, Leaf
from callward.calls.models import Call
from callward.calls.selectors import CallFilters
from callward.calls.states import CallsCapability
from callward.controllers import selectors as controllers
from callward.intake import selectors as arrivals
from callward.intake.models import Delivery, Quarantined
from callward.intake.states import IntakeCapability
from callward.jobs import registry, services as jobs
from callward.kernel import clock
from callward.kernel.actors import system_actor, user_actor
from callward.kernel.references import new_ref
from callward.ops.demo import cast
from callward.ops.main import run
from callward.recordings import selectors as recordings
from callward.recordings.models import Playback, Recording
from callward.retention import selectors as retained
from callward.retention.models import Certificate, Hold

if TYPE_CHECKING:
    from pathlib import Path

    from build.marker_story import Told


def command(*words: str) -> tuple[int, str]:

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(words)
    return code, out.getvalue() + err.getvalue()


def must(*words: str) -> str:
    code, said = command(*words)
    assert code == 0, (words, said)
    return said


def _row(uniqueid: str, **changes: str) -> str:

    facts = {
        "src": CALLER,
        "dst": CALLEE,
        "clid": f'"{NAME}" <{CALLER}>',
        "channel": f"PJSIP/{CALLER}-0001",
        "lastdata": f"PJSIP/{CALLEE}",
        "userfield": f"{NAME} {MAIL} {STREET}",
    }
    return cdr_row(uniqueid, **{"seconds": 3, **facts, **changes})  # type: ignore[arg-type]  # texts


def _envelope(call_id: str, **changes: Any) -> bytes:

    facts = {
        "parties": [
            {"role": "caller", "number": CALLER, "name": NAME},
            {"role": "agent", "number": CALLEE, "name": f"{NAME} {MAIL}"},
        ],
        "did": DIALLED,
        "raw": f"{NAME} {MAIL} {STREET} {CALLER}",
        "media": {"uri": f"file:///srv/{FILE}/{CALLER}.mp3"},
        "consent": {"basis": "announced", "evidence": f"{NAME} of {STREET} agreed"},
    }
    return envelope_json(call_id, **{**facts, **changes})


def drop_export(inbox: Path) -> None:
    """What a carrier drops: good files, and every kind of bad one, all of them talkative."""
    digits = CALLER.removeprefix("+")
    for number, uniqueid in enumerate(("1773303322.11", "1773303322.12")):
        name = f"in-101-{digits}-20260312-101522-{uniqueid}.mp3"
        put(inbox, name, tone(3, hertz=300 + number))
    rows = [_row("1773303322.11"), _row("1773303322.12"), _row("1773303322.99", billsec="0")]
    rows += [f'"{NAME}","{CALLER}"', f'{NAME};{CALLER};"']
    put(inbox, f"{FILE} {digits}.csv", "\n".join(rows).encode())
    put(inbox, "Master.csv", "\n".join(rows).encode())
    put(inbox, f"{FILE} {digits}.mp3", tone(3, hertz=900))  # no call record
    put(inbox, f"{FILE} broken.mp3", SPOKEN * 400)
    put(inbox, f"{FILE} broken.json", _envelope(f"{FILE}-broken-{digits}"))
    put(inbox, f"{FILE} good.mp3", tone(3, hertz=1000))
    put(inbox, f"{FILE} good.json", _envelope("good", recording_id=f"{FILE}-{digits}"))
    put(inbox, f"{FILE} old.mp3", tone(3, hertz=1100))
    past = dict.fromkeys(("started_at", "answered_at", "ended_at"), "2015-03-12T10:15:22+02:00")
    put(inbox, f"{FILE} old.json", _envelope(f"{FILE}-old", **past))
    put(inbox, f"{FILE} wrong.mp3", tone(3, hertz=1200))
    put(inbox, f"{FILE} wrong.json", f'{{"{NAME}": "{MAIL}"'.encode())
    put(inbox, f"..{FILE}\u202e{digits}.mp3", tone(3, hertz=1300))
    put(inbox, f"{NAME}/{FILE}.mp3", tone(3, hertz=1400))
    (inbox / f"{FILE} link.mp3").symlink_to(f"/srv/{FILE}/{digits}.mp3")


def _choose_password() -> None:

    ref = staff.user_named(USERNAME).ref
    chosen = "seven quiet herons"
    accounts.change_password(ref, password=chosen, actor=user_actor(ref), at=clock.now())


def through_commands(told: Told) -> None:
    """Commands that succeed, and commands that fail on what somebody typed."""
    of = ("--controller", SLUG)
    must("staff", "add", USERNAME, "--name", STAFF)
    _choose_password()
    must("staff", "sign", USERNAME, *of)
    must("staff", "appoint", USERNAME, *of, "--role", "call-reviewer")
    must("staff", "train", USERNAME, *of, "--due", "2027-03-01")
    grant = ("staff", "grant", USERNAME, *of, "--purpose", "complaints", "--days", "20")
    must(*grant, "--reason", REASON)
    signed = ("--signed-by", USERNAME, "--from", "2020-01-01T00:00:00Z", "--direction", "in")
    declare = ("intake", "declare-source", *of, "--system", "asterisk", "--greeting", GREETING)
    must(*declare, "--line", LINE, *signed)
    must(*declare, *signed)
    told.texts.append(must("recordings", "list", *of, "--json"))
    nowhere = f"/srv/{FILE}/{CALLER}"
    for words in (
        ("intake", "folder", nowhere, *of),
        ("intake", "folder", str(CLONE / "docs"), "--controller", f"{FILE}-{CALLER}"),
        (*declare, "--line", NAME, *signed),
        ("staff", "add", f"{NAME} {CALLER}", "--name", NAME),
        ("staff", "sign", MAIL, *of),
        (*grant[:6], "--purpose", f"{NAME} {CALLER}", "--days", "2", "--reason", REASON),
        ("recordings", "export", CALLER, "--purpose", "quality", "--as", MAIL, "--to", nowhere),
        ("hold", "place", CALLER, "--reason", NAME, "--case", CASE, "--owner", MAIL),
        ("policy", "lint", nowhere),
        ("certificate", "verify", nowhere),
        ("backup", "data", "--to", nowhere),
        ("restore", "--data", nowhere),
        ("policy", "draft", POLICY, "--as", f"{NAME} {CALLER}", "--code", CALLER),
        (NAME, CALLER, MAIL),
    ):
        code, _said = command(*words)
        assert code in {1, 2}, words


def _browser(username: str, told: Told) -> Any:

    browser = signed_in(staff.user_named(username))
    browser.defaults |= {"REMOTE_ADDR": VISITOR, "HTTP_USER_AGENT": f"{AGENT} {CALLER}"}

    class Asking:
        def get(self, path: str, **more: Any) -> Any:
            return told.answered(f"GET {username}", browser.get(path, **more))

        def post(self, path: str, form: dict[str, Any] | None = None, **more: Any) -> Any:
            return told.answered(f"POST {username}", browser.post(path, form or {}, **more))

    return Asking()


def at_the_door(told: Told) -> None:
    """Somebody guesses names, numbers and tokens."""
    stranger = Client(REMOTE_ADDR=VISITOR, HTTP_USER_AGENT=f"{AGENT} {CALLER}")
    for login in (MAIL, NAME, CALLER, USERNAME, USERNAME, USERNAME, USERNAME, USERNAME, USERNAME):
        form = {"login": login, "password": f"{NAME} {CALLER}"}
        told.answered("sign-in", stranger.post("/sign-in/", form))
    told.answered("csrf", Client(enforce_csrf_checks=True).post("/sign-in/", {"login": MAIL}))
    told.answered("json", stranger.get("/calls/", HTTP_ACCEPT="application/json"))


def through_the_console(told: Told) -> None:
    """Filters, uploads, holds, plays, quarantine: with good, wrong and unknown facts."""
    boris, daiva, radu = (_browser(name, told) for name in ("boris", "daiva", "radu"))
    for typed in (CALLER, "020 7946 0836", "020 7946 0899", NAME, MAIL, f"ref:{CALLER}", STREET):
        boris.post("/calls/filter/", {"number": typed, "agent": "", "queue": ""})
        boris.get("/calls/")
        boris.get("/calls/", HTTP_HX_REQUEST="true")
    boris.post("/calls/filter/", {"clear": "1"})
    boris.get("/calls/")
    boris.get(f"/calls/?after={CALLER}&q={NAME}")
    for path in (f"/calls/{CALLER}/", f"/{FILE}/{MAIL}", f"/certificates/{NAME}.pdf"):
        boris.get(path)
    facts = {
        "direction": "in",
        "started_on": "2026-03-20",
        "started_time": "10:15:22",
        "seconds": "3",
        "caller": CALLER,
        "callee": DIALLED,
        "agent": "101",
    }
    for audio, changes in (
        (tone(3, hertz=500), {}),
        (SPOKEN * 500, {}),
        (tone(3, hertz=510), {"caller": NAME, "callee": MAIL, "agent": STREET}),
        (tone(3, hertz=520), {"started_on": "2015-03-20"}),
        (tone(3, hertz=500), {}),
    ):
        file = SimpleUploadedFile(f"{FILE} {CALLER}.mp3", audio)
        radu.post("/upload/", {**facts, **changes, "recording": file})
    radu.post("/upload/", {**facts, "recording": CALLER})
    words = {"system": "upload", "account": "*", "greeting": GREETING, "directions": "in"}
    radu.post("/declarations/", {**words, "line": LINE, "begins_on": "2020-01-01", "signed": "on"})
    radu.post("/declarations/", {**words, "line": NAME, "begins_on": MAIL})
    radu.get("/declarations/")
    facts["seconds"] = "3"
    radu.post("/upload/", {**facts, "recording": SimpleUploadedFile(FILE, tone(3, hertz=530))})

    home = controllers.controller(SLUG).ref
    for arrival in arrivals.quarantine(home):
        daiva.get("/quarantine/")
        daiva.get(f"/quarantine/{arrival.ref}/")
        daiva.post(f"/quarantine/{arrival.ref}/", {**facts, "caller": NAME})
        daiva.post(f"/quarantine/{arrival.ref}/again/")
        daiva.post(f"/quarantine/{arrival.ref}/", facts)
    for arrival in arrivals.quarantine(home)[:1]:
        daiva.post(f"/quarantine/{arrival.ref}/reject/")
    _listen(recordings.list_calls(home, CallFilters()).rows, boris=boris, daiva=daiva, told=told)
    daiva.get(f"/audit/{new_ref()}/")
    daiva.get(f"/audit/{CALLER}/")


def _listen(rows: Any, *, boris: Any, daiva: Any, told: Told) -> None:
    """Plays and holds of every call, with talkative purposes and cases."""
    reviewer = _browser(USERNAME, told)
    for number, row in enumerate(rows):
        call, refs = row.call.ref, [kept.ref for kept in row.recordings]
        boris.get(f"/calls/{call}/")
        for ref in refs:
            reviewer.post(f"/recordings/{ref}/playbacks", {"purpose": f"{NAME} {CALLER}"})
            asked = {"HTTP_ACCEPT": "application/json"}
            begun = reviewer.post(
                f"/recordings/{ref}/playbacks", {"purpose": "complaints"}, **asked
            )
            if begun.status_code == 201:
                reviewer.get(begun.json()["url"], HTTP_RANGE="bytes=0-99")
                boris.get(begun.json()["url"], HTTP_RANGE=f"bytes={CALLER}")
            daiva.get(f"/audit/{ref}/")
        boris.post(f"/calls/{call}/hold/", {"reason": NAME, "case": CASE})
        boris.post(f"/calls/{call}/hold/", {"reason": "complaint", "case": f"{NAME} {CALLER}"})
        if number < 3:
            boris.post(f"/calls/{call}/hold/", {"reason": "complaint", "case": f"{CASE}-{number}"})

    for hold in retained.holds(controllers.controller(SLUG).ref, at=clock.now()):
        boris.post(f"/holds/{hold.ref}/review/", {"review_on": f"{NAME} {CALLER}"})
        boris.post(f"/holds/{hold.ref}/ask-release/")
        boris.post(f"/holds/{hold.ref}/approve-release/")
        daiva.post(f"/holds/{hold.ref}/approve-release/")
        boris.get("/holds/")


def through_the_api(told: Told) -> None:
    """A machine that says too much."""
    at, digits = clock.now(), CALLER.removeprefix("+")
    facts = {"controller_ref": controllers.controller(SLUG).ref, "actor": system_actor("tests")}
    issued = accounts.issue_token(
        **facts,
        label="carrier",
        capability=IntakeCapability.UPLOAD,
        ends_at=at + timedelta(days=9),
        at=at,
    )
    wrong = accounts.issue_token(
        **facts, label="eye", capability=CallsCapability.SEE_CALLS, ends_at=at + timedelta(9), at=at
    )
    bodies = [
        _envelope("api-1", recording_id=f"{FILE}-{digits}-api"),
        _envelope(f"{digits}-call"),  # a source whose call ids name the caller
        _envelope(f"{NAME} {CALLER}"),
        _envelope("api-2", agent=NAME, did=NAME),
        _envelope("api-3", **{NAME: MAIL}),
        f'{{"schema": "{NAME} {CALLER}"'.encode(),
    ]
    for bearer in (issued.token, wrong.token, f"cw_{NAME}-{CALLER}", ""):
        headers = {"Authorization": f"Bearer {bearer}", "User-Agent": f"{AGENT} {CALLER}"}
        machine = Client(headers=headers, REMOTE_ADDR=VISITOR)
        for number, body in enumerate(bodies):
            for audio in (tone(3, hertz=700 + number), SPOKEN * 300):
                file = SimpleUploadedFile(f"{FILE} {CALLER}.mp3", audio)
                form = {"envelope": body.decode(), "recording": file}
                told.answered("api", machine.post("/api/v1/recordings", form))
        told.answered("api", machine.post("/api/v1/recordings", {"envelope": NAME}))
        told.answered("api", machine.get(f"/api/v1/deliveries?after={digits}&limit={NAME}"))
        told.answered("api", machine.get(f"/api/v1/{NAME}/{CALLER}"))


def work() -> None:
    """The worker for some seconds, then everything that runs by the hour."""
    stop = threading.Event()
    threading.Timer(4, stop.set).start()
    jobs.run_worker(stop)
    for name in sorted(registry.hours()):
        jobs.run_now(name)


def arrive(folder: Path, told: Told) -> None:
    """Everything comes in and is used."""
    must("controller", "add", POLICY)
    inbox = folder / "inbox" / SLUG
    inbox.mkdir(mode=0o700, exist_ok=True)
    actor = system_actor("tests")
    cast.engage(controllers.controller(SLUG), actor=actor, at=clock.now())
    through_commands(told)
    drop_export(inbox)
    told.texts.append(must("intake", "folder", str(inbox), "--controller", SLUG, "--json"))
    work()
    at_the_door(told)
    through_the_console(told)
    through_the_api(told)
    work()


def leave(folder: Path, told: Told) -> None:
    """Everything is destroyed on its day, and proven."""
    del folder
    told.texts.append(must("retention", "run", "--dry-run", "--json"))
    told.texts.append(must("retention", "run", "--json"))
    work()
    command("recordings", "list", "--controller", SLUG)


def look_at(told: Told) -> dict[str, Any]:
    """Everything that somebody could be shown or handed."""
    audit.checkpoint(at=clock.now())
    leaves = list(Leaf.objects.order_by("index").values_list("index", flat=True))
    proofs = [audit.prove(index) for index in leaves]
    certificates = retained.certificates(limit=500)
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM accounts_cache")
        cached = [base64.b64decode(value).decode("latin-1") for (value,) in cursor.fetchall()]
    return {
        "links": told.links,
        "answers": told.texts,
        "leaves": [f"{proof.entry.decode()} {proof.text}" for proof in proofs],
        "checkpoints": [str(vars(one)) for one in Checkpoint.objects.all()],
        "certificates": [one.document.decode() for one in certificates],
        "printed": [
            retained.certificate_pdf(one.ref).decode("latin-1") for one in certificates[:2]
        ],
        "sessions": [json.dumps(one.get_decoded()) for one in Session.objects.all()],
        "cache": cached,
        "codes": told.codes,
        "counts": _counts(),
    }


def _counts() -> dict[str, int]:

    models = (Call, Recording, Delivery, Quarantined, Playback, Hold, Certificate, Leaf)
    return {model.__name__: model.objects.count() for model in models}
