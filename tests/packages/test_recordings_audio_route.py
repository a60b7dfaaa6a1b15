"""The two addresses that lead to a voice, through the whole console."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from build.console import signed_in
from build.recordings import house, keep_one, let_rita_hear
from callward.audit.selectors import latest
from callward.console.views import audio as view
from callward.kernel.references import new_ref
from callward.recordings.errors import PlaybackEndedError

pytestmark = [pytest.mark.django_db, pytest.mark.req("K-09")]


@pytest.fixture
def home(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return house(tmp_path)


@pytest.fixture
def kept(home):
    let_rita_hear(home)
    return keep_one(home)


@pytest.fixture
def rita(home, kept):
    return signed_in(home.cast.rita, controller_ref=home.controller.ref)


def begin(browser, ref, purpose="complaints"):
    return browser.post(
        reverse("playback-begin", args=[ref]), {"purpose": purpose}, HTTP_ACCEPT="application/json"
    )


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_a_purpose_opens_a_playback_and_its_address_plays(rita, kept):
    begun = begin(rita, kept.ref)
    answer = rita.get(begun.json()["url"])

    assert (begun.status_code, answer.status_code) == (201, 200)
    assert body(answer) == kept.audio
    assert answer["Content-Type"] == "audio/mpeg"
    assert answer["Accept-Ranges"] == "bytes"
    assert "no-store" in answer["Cache-Control"]
    assert "no-store" in begun["Cache-Control"]


def test_the_screen_is_told_how_long_it_may_play_and_until_when(rita, kept, the_clock):
    told = begin(rita, kept.ref).json()

    assert told["seconds"] == timedelta(minutes=15).total_seconds()
    ends_at = datetime.fromisoformat(told["ends_at"])
    assert ends_at - the_clock.now() == timedelta(minutes=15)
    assert told["ends_at_words"] == f"{ends_at.astimezone(ZoneInfo('Europe/Bucharest')):%H:%M}"


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-", 0, None), ("bytes=100-299", 100, 300), ("bytes=-50", -50, None)],
)
def test_the_asked_range_is_given_and_named(rita, kept, asked, start, stop):
    url = begin(rita, kept.ref).json()["url"]

    answer = rita.get(url, HTTP_RANGE=asked)

    wanted, size = kept.audio[start:stop], len(kept.audio)
    assert answer.status_code == 206
    assert body(answer) == wanted
    assert answer["Content-Length"] == str(len(wanted))
    first = start % size
    assert answer["Content-Range"] == f"bytes {first}-{first + len(wanted) - 1}/{size}"


def test_a_range_behind_the_end_is_answered_with_the_size(rita, kept):
    url = begin(rita, kept.ref).json()["url"]

    answer = rita.get(url, HTTP_RANGE=f"bytes={len(kept.audio)}-")

    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{len(kept.audio)}"
    assert body(answer) == b""


def test_a_question_about_the_head_gives_the_size_and_no_byte(rita, kept):
    url = begin(rita, kept.ref).json()["url"]

    answer = rita.head(url)

    assert answer["Content-Length"] == str(len(kept.audio))
    assert body(answer) == b""


def test_a_long_answer_comes_piece_by_piece_and_is_whole(rita, kept, monkeypatch):
    monkeypatch.setattr(view, "PIECE", 1000)
    url = begin(rita, kept.ref).json()["url"]

    answer = rita.get(url, HTTP_RANGE="bytes=5-")

    assert answer.streaming
    pieces = list(answer.streaming_content)
    assert max(map(len, pieces)) == 1000
    assert b"".join(pieces) == kept.audio[5:]


def test_an_answer_under_way_is_cut_when_its_time_is_over(rita, kept, monkeypatch, the_clock):
    monkeypatch.setattr(view, "PIECE", 1000)
    url = begin(rita, kept.ref).json()["url"]
    pieces = iter(rita.get(url).streaming_content)
    next(pieces)

    the_clock.advance(timedelta(minutes=15))
    with pytest.raises(PlaybackEndedError):
        next(pieces)

    assert latest(limit=1)[0].event == "audit.act.refused"


@pytest.mark.parametrize(
    ("purpose", "code"),
    [
        ("", "purpose-missing"),
        ("curiosity", "purpose-outside-policy"),
        ("quality", "grant-missing"),
    ],
)
@pytest.mark.req("K-10")
def test_a_refusal_says_why_and_stands_in_the_audit(rita, kept, purpose, code):
    answer = begin(rita, kept.ref, purpose)

    assert (answer.status_code, answer.json()["code"]) == (403, code)
    leaf = latest(limit=1)[0]
    assert leaf.facts["refusal"] == code
    assert leaf.item == kept.ref


def test_nobody_without_a_session_reaches_either_address(rita, kept):
    url = begin(rita, kept.ref).json()["url"]
    stranger = Client()

    for answer in (begin(stranger, kept.ref), stranger.get(url)):
        assert answer.status_code in {302, 401, 403}
        assert kept.audio[:20] not in body(answer)


@pytest.mark.parametrize("who", ["ana", "boris", "daiva", "radu", "audra", "vera"])
def test_another_persons_playback_is_nobody_elses(home, rita, kept, who):
    url = begin(rita, kept.ref).json()["url"]
    other = signed_in(getattr(home.cast, who), controller_ref=home.controller.ref)

    answer = other.get(url)

    assert answer.status_code == 403
    assert kept.audio[:20] not in body(answer)


def test_the_same_user_in_another_session_is_refused(home, rita, kept):
    url = begin(rita, kept.ref).json()["url"]
    elsewhere = signed_in(home.cast.rita, controller_ref=home.controller.ref)

    answer = elsewhere.get(url, HTTP_ACCEPT="application/json")

    assert (answer.status_code, answer.json()["code"]) == (403, "playback-not-yours")


def test_a_playback_that_ended_and_one_that_never_was_give_nothing(rita, kept, the_clock):
    url = begin(rita, kept.ref).json()["url"]
    the_clock.advance(timedelta(minutes=15))

    assert rita.get(url).status_code == 403
    assert rita.get(reverse("playback-audio", args=[new_ref()])).status_code == 404


def test_beginning_by_a_link_is_not_possible(rita, kept):
    assert rita.get(reverse("playback-begin", args=[kept.ref])).status_code == 405


def test_the_server_streams_the_same_bytes_as_they_are_read(rita, kept, monkeypatch):
    monkeypatch.setattr(view, "PIECE", 1000)
    answer = rita.get(begin(rita, kept.ref).json()["url"])

    pieces = list(answer.streaming_content)

    assert b"".join(pieces) == kept.audio
    assert len(pieces) > 5
