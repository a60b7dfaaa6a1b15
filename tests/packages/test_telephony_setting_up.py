"""What the administrator sets up reaches the line whole, and its secrets nobody else."""

from __future__ import annotations

import hashlib
import io
import json
import wave
from datetime import time, timedelta

import pytest

from build.controllers import controller
from build.line_spool import MARA, spooling
from build.recordings import pcm_tone, wav_tone
from callward.controllers.selectors import policy_in_force
from callward.kernel import clock
from callward.kernel.actors import system_actor
from callward.line.media.g711 import SILENCE
from callward.line.snapshot import read_snapshot
from callward.policy.vocabulary import PromptKey
from callward.telephony import errors, selectors, services as telephony
from callward.telephony.line_paths import prompts_folder, snapshot_file
from callward.telephony.models import AgentPhone
from callward.telephony.states import NobodyThere, PromptSource, Strategy
from callward.telephony.values import NumberFacts, PhoneFacts, QueueFacts

pytestmark = pytest.mark.django_db(transaction=True)
SETUP = system_actor("tests")


@pytest.fixture
def line(tmp_path, settings, monkeypatch):
    monkeypatch.setattr("callward.line.voices.shipped", lambda *_words: SILENCE * 8000)
    return SetUp(spooling(tmp_path, settings))


class SetUp:
    """A controller with one phone in one queue behind one number."""

    def __init__(self, spool):
        self.spool, at = spool, clock.now()
        self.view = controller("smart-metering")
        self.policy = policy_in_force(self.view.ref, at=at)
        self.of_line = {"controller_ref": self.view.ref, "actor": SETUP, "at": at}
        facts = PhoneFacts(phone="101", allow=("127.0.0.1/32",))
        self.phone = telephony.add_phone(facts, **self.of_line)
        self.queue = self.save_queue(name="front")
        number = NumberFacts(number=MARA, queue_ref=self.queue, languages=("ro",))
        self.number = telephony.save_number(number, **self.of_line)

    def save_queue(self, *, name, **changes):
        facts = {
            "name": name,
            "title": name.title(),
            "strategy": Strategy.RING_ALL,
            "ring_seconds": 20,
            "wait_seconds": 60,
            "nobody": NobodyThere.CALLBACK,
            "phones": (self.phone.ref,),
        }
        return telephony.save_queue(QueueFacts(**(facts | changes)), **self.of_line)

    def snapshot(self):
        return read_snapshot(snapshot_file())

    def own(self):
        return self.snapshot().controllers[0]


def test_every_change_is_in_the_snapshot_at_once(line):
    assert line.own().dids[0].number == MARA
    assert line.own().queues[0].agents == (str(line.phone.ref),)
    telephony.add_hours(0, time(9), time(17), **line.of_line)
    telephony.close_day(clock.now().date() + timedelta(days=3), "", **line.of_line)
    assert line.own().hours[0].opens == time(9)
    assert clock.now().date() + timedelta(days=3) in line.own().holidays
    telephony.take_away("number", line.number, **line.of_line)
    assert line.own().dids == ()
    assert ("reload",) in line.spool.line.told


def test_the_snapshot_lets_the_line_work_alone_for_a_fortnight_and_opens_nothing(line):
    days = {key.day for key in line.own().spool_keys}
    today = clock.now().date()
    assert {today + timedelta(days=ahead) for ahead in range(14)} <= days
    assert (snapshot_file().stat().st_mode & 0o777) == 0o600
    raw = json.loads(snapshot_file().read_text())
    assert "private" not in json.dumps(raw)


@pytest.mark.req("C-14")
def test_secrets_are_told_once_and_kept_sealed(line):
    row = AgentPhone.objects.get(ref=line.phone.ref)
    assert line.phone.secret.encode() not in bytes(row.sealed_secret)
    assert line.own().agents[0].secret == line.phone.secret
    again = telephony.renew_secret(line.phone.ref, **line.of_line)
    assert again.secret != line.phone.secret
    assert line.own().agents[0].secret == again.secret
    assert line.spool.house.contain(again.secret.encode()) == [snapshot_file()]


def test_what_something_leads_to_is_not_taken_away(line):
    with pytest.raises(errors.SettingInUseError):
        telephony.take_away("queue", line.queue, **line.of_line)
    with pytest.raises(errors.SettingTakenError):
        telephony.add_phone(PhoneFacts(phone="101"), **line.of_line)
    with pytest.raises(errors.SettingTakenError):
        line.save_queue(name="front")


@pytest.mark.req("I-14")
def test_another_controller_cannot_touch_these_settings(line):
    elsewhere = controller("therapy-association")
    of_other = line.of_line | {"controller_ref": elsewhere.ref}
    for kind, ref in (("phone", line.phone.ref), ("number", line.number), ("queue", line.queue)):
        with pytest.raises(errors.NoSuchSettingError):
            telephony.take_away(kind, ref, **of_other)
    assert selectors.phones(elsewhere.ref) == []


@pytest.mark.req("S-20")
def test_the_officers_number_and_the_queue_for_those_who_refuse_are_told_apart(line):
    quiet = line.save_queue(name="quiet", takes_unrecorded=True, takes_officer=True)
    facts = NumberFacts(number="+442079460109", queue_ref=quiet, officer=True)
    telephony.save_number(facts, **line.of_line)
    assert (line.own().unrecorded_queue, line.own().officer_queue) == ("quiet", "quiet")
    assert next(did for did in line.own().dids if did.officer).number == "+442079460109"


def test_a_studio_recording_is_played_only_while_the_policy_says_its_words(line, monkeypatch):
    key, language = PromptKey.PLEASE_WAIT, line.policy.languages[0]
    digest = telephony.upload_prompt(str(key), language, wav_tone(seconds=2), **line.of_line)
    prompt = line.own().prompts[language][key]
    assert prompt.sha256 == digest
    kept = prompts_folder() / prompt.file
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == digest
    assert len(kept.read_bytes()) == 2 * 8000

    words = selectors.words_of(line.policy)
    changed = {**words, language: {**words[language], key: "Other words."}}
    monkeypatch.setattr("callward.telephony.setup.prompt_source.words_of", lambda _policy: changed)
    telephony.publish_snapshot(clock.now())
    assert line.own().prompts[language][key].sha256 != digest
    view = next(
        one
        for one in selectors.prompts_of(line.view.ref, line.policy)
        if (one.key, one.language) == (key, language)
    )
    assert (view.source, view.outdated) == (PromptSource.VOICE, True)


def too_short():
    out = io.BytesIO()
    with wave.open(out, "wb") as wav:
        wav.setparams((1, 2, 8000, 0, "NONE", ""))
        wav.writeframes(pcm_tone(seconds=0.2))
    return out.getvalue()


@pytest.mark.parametrize(
    "audio", [b"", b"no audio at all", b"#EXTM3U\nhttp://x.example/a", too_short()]
)
def test_what_is_no_recording_is_refused_as_a_prompt(line, audio):
    key, language = str(PromptKey.PLEASE_WAIT), line.policy.languages[0]
    with pytest.raises(errors.PromptNotAudioError):
        telephony.upload_prompt(key, language, audio, **line.of_line)


def test_a_house_without_a_phone_line_writes_no_snapshot(tmp_path, settings):
    spooling(tmp_path, settings)
    controller("smart-metering")
    assert telephony.publish_snapshot(clock.now())
    assert not snapshot_file().exists()
