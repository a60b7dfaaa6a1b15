"""The door for machines, through HTTP."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from build.controllers import controller, sample
from build.intake import ACTOR, envelope_json, open_context, tone
from callward.accounts import services as accounts
from callward.audit.models import Leaf
from callward.calls.states import CallsCapability
from callward.intake.models import Delivery, Quarantined
from callward.intake.states import IntakeCapability
from callward.kernel import clock
from callward.recordings.models import Recording

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(tmp_path, settings):
    settings.CALLWARD_DATA = tmp_path
    return open_context(tmp_path)


@pytest.fixture
def therapists(house):
    return controller()


def token_of(controller_ref, capability=IntakeCapability.UPLOAD, label="carrier"):
    return accounts.issue_token(
        controller_ref=controller_ref,
        label=label,
        capability=capability,
        ends_at=clock.now() + timedelta(days=30),
        actor=ACTOR,
        at=clock.now(),
    )


@pytest.fixture
def token(therapists):
    return token_of(therapists.ref).token


def send(token, *, envelope=None, audio=None):
    form = {
        "envelope": (envelope if envelope is not None else envelope_json()).decode(),
        "recording": SimpleUploadedFile("x.mp3", tone() if audio is None else audio),
    }
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Client(headers=headers).post("/api/v1/recordings", form)


def get(token, path):
    return Client(headers={"Authorization": f"Bearer {token}"}).get(path)


def test_an_upload_is_acknowledged_once_it_is_sealed_and_in_the_books(house, token):
    audio = tone()

    answer = send(token, audio=audio)

    assert answer.status_code == 201, answer.content
    (recording,) = Recording.objects.all()
    assert answer.json()["outcome"] == "taken-in"
    assert answer.json()["ref"] == str(recording.ref)
    assert house.contain(audio[200:264]) == []


def send_bare(token, *, header, audio):
    headers = {"Authorization": f"Bearer {token}", "Callward-Envelope": header}
    return Client(headers=headers).post("/api/v1/recordings", audio, content_type="audio/mpeg")


def test_a_recording_may_be_the_whole_body_with_its_envelope_in_a_header(house, token):
    audio = tone()

    answer = send_bare(token, header=b64encode(envelope_json()).decode(), audio=audio)

    assert (answer.status_code, answer.json()["outcome"]) == (201, "taken-in"), answer.content
    assert Delivery.objects.get().size == len(audio)
    assert house.contain(audio[200:264]) == []


@pytest.mark.parametrize("header", ["", "not base64!", b64encode(b"{").decode()])
def test_a_wrong_envelope_in_a_header_is_refused(token, header):
    answer = send_bare(token, header=header, audio=tone())

    assert answer.status_code == 400, answer.content
    assert Delivery.objects.count() == 0


def test_the_same_upload_twice_is_one_recording(token):
    send(token)

    answer = send(token)

    assert (answer.status_code, answer.json()["outcome"]) == (200, "duplicate")
    assert Recording.objects.count() == 1


def test_an_upload_that_cannot_be_played_is_quarantined_with_its_reason(token):
    answer = send(token, audio=b"not audio" * 500)

    assert answer.status_code == 202
    assert answer.json()["reason"] == "undecodable"
    assert Quarantined.objects.get().item_ref is not None


@pytest.mark.req("D-17")
def test_an_upload_past_due_is_refused_and_certified(token):
    old = {
        "started_at": "2015-03-12T10:15:22+02:00",
        "answered_at": "2015-03-12T10:15:22+02:00",
        "ended_at": "2015-03-12T10:15:25+02:00",
    }

    answer = send(token, envelope=envelope_json(**old))

    assert answer.status_code == 410
    assert answer.json()["certificate_ref"]
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize(
    ("envelope", "code"),
    [
        (b"{", "bad-envelope"),
        (envelope_json(invented="Mara"), "bad-envelope"),
        (envelope_json(started_at="2026-03-12T10:15:22"), "bad-envelope"),
    ],
)
def test_a_wrong_envelope_is_named_without_repeating_it(token, envelope, code):
    answer = send(token, envelope=envelope)

    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert {"code", "fact", "mend"} == set(answer.json())
    assert "Mara" not in answer.content.decode()
    assert Delivery.objects.count() == 0


def test_a_missing_part_is_named(token):
    answer = Client(headers={"Authorization": f"Bearer {token}"}).post("/api/v1/recordings", {})

    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")


def test_a_recording_larger_than_the_policy_allows_is_refused(house):
    toml = sample().replace(b"max_bytes = 209715200", b"max_bytes = 100000")
    small = controller(toml=toml)

    answer = send(token_of(small.ref).token, audio=tone() + bytes(100_000))

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert "100000" in answer.json()["fact"]


@pytest.mark.parametrize("wrong", ["", "cw_nobody", "x" * 5000])
def test_nobody_enters_without_a_token(therapists, wrong):
    answer = send(wrong)

    assert answer.status_code == 401
    assert Delivery.objects.count() == 0


def test_a_token_for_something_else_is_refused_and_the_refusal_is_audited(therapists):
    other = token_of(therapists.ref, CallsCapability.SEE_CALLS)

    answer = send(other.token)

    assert (answer.status_code, answer.json()["code"]) == (403, "capability-missing")
    assert Leaf.objects.filter(item=str(other.ref), event__endswith="refused").exists()


def test_a_withdrawn_token_is_refused(therapists):
    issued = token_of(therapists.ref)
    accounts.withdraw_token(issued.ref, actor=ACTOR, at=clock.now())

    assert send(issued.token).status_code == 401


def test_each_source_sees_its_own_deliveries_alone(therapists, token, the_clock):
    for number in range(3):
        the_clock.advance(timedelta(seconds=1))
        envelope = envelope_json(f"call-{number}")
        assert send(token, envelope=envelope, audio=tone() + bytes([number])).status_code == 201
    other = token_of(therapists.ref, label="another").token

    first = get(token, "/api/v1/deliveries?limit=2").json()
    rest = get(token, f"/api/v1/deliveries?limit=2&after={first['after']}").json()

    ids = [each["recording_id"] for each in first["deliveries"] + rest["deliveries"]]
    assert ids == ["call-2", "call-1", "call-0"]
    assert rest["after"] is None
    assert get(other, "/api/v1/deliveries").json() == {"deliveries": [], "after": None}


def test_a_controller_that_records_no_calls_takes_no_upload(house):
    clinic = controller("dermatology-clinic")

    answer = send(token_of(clinic.ref).token)

    assert (answer.status_code, answer.json()["code"]) == (403, "records-no-calls")


def test_the_api_describes_itself(token):
    described = json.loads(get(token, "/api/v1/openapi.json").content)

    assert set(described["paths"]) == {"/api/v1/recordings", "/api/v1/deliveries"}
    codes = described["paths"]["/api/v1/recordings"]["post"]["responses"]
    assert {"201", "200", "202", "410", "400", "401", "403", "413"} <= set(codes)


def test_no_page_of_the_api_is_drawn_by_scripts_of_strangers(client):
    assert client.get("/api/v1/docs").status_code == 404
