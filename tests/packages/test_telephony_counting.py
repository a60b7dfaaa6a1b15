"""Every night three sources are matched: what the line began, its ledgers, what the vault holds."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from django.db import connection

from build import retention as build
from build.controllers import controller, sample
from build.line_spool import put_call, spooling, story_of
from callward.controllers.selectors import policy_in_force
from callward.kernel import calendar, clock
from callward.kernel.actors import system_actor
from callward.kernel.references import new_ref
from callward.line.media.g711 import RATE
from callward.line.states import RecordingFate
from callward.line.volatile_keys import memory_for
from callward.recordings.tasks import verify_waiting
from callward.telephony import errors, selectors, services as telephony
from callward.telephony.collection.mp3_copy import mp3_of
from callward.telephony.collection.stereo_wav import stereo_wav
from callward.telephony.models import LineCall
from callward.telephony.states import Explanation
from callward.telephony.tasks import count
from callward.telephony.values import JournalCall
from callward.vault import ports as vault_ports, services as vault
from callward.vault.errors import ObjectStoreUnreachableError
from callward.vault.objects import object_name

pytestmark = pytest.mark.django_db(transaction=True)
RULE = b'kind = "cap", period = "P6M", start = "call.initiated", destroy = "row-deletion"'
A_DAY = RULE.replace(b"P6M", b"P1D")
SETUP = system_actor("tests")


@pytest.fixture
def night(tmp_path, settings):
    made = Night(spooling(tmp_path, settings))
    yield made
    shutil.rmtree(memory_for(made.spool.spool), ignore_errors=True)


class Night:
    """A controller whose calls of one day are counted."""

    def __init__(self, spool):
        self.spool = spool
        self.view = controller()
        self.policy = policy_in_force(self.view.ref, at=clock.now())
        self.noon = clock.now() - timedelta(hours=14)
        self.day = calendar.local_day(self.noon, zone=self.policy.zone)

    def put(self, **changes):
        story = story_of(self.view, self.policy.policy_id, began=self.noon, **changes)
        return put_call(self.spool, story)

    def lose(self, call):
        self.spool.journal.calls.append(JournalCall(ref=call, recording=new_ref(self.noon)))

    def count(self):
        telephony.count_day(self.view.ref, self.day, at=clock.now())
        (day,) = selectors.counted_days(self.view.ref)
        return day

    def why(self):
        return {gap.line_call_ref: gap.why for gap in selectors.gaps_of(self.view.ref, self.day)}


def test_a_day_of_every_kind_adds_up_and_nothing_alarms(night):
    night.put()
    night.put(paused=True)
    refused = night.put(refused=True, fate=RecordingFate.REFUSED)
    blocked = night.put(blocked=True, fate=RecordingFate.BLOCKED)
    missed = night.put(answered=False, fate=RecordingFate.ABSENT)
    fallen = night.put(finished=False)
    telephony.collect(clock.now())
    day = night.count()
    assert (day.calls, day.recorded, day.explained, day.alarms) == (6, 2, 4, 0)
    assert night.why() == {
        refused.ref: Explanation.REFUSED,
        blocked.ref: Explanation.BLOCKED,
        missed.ref: Explanation.NOT_ANSWERED,
        fallen.ref: Explanation.DEGRADED,
    }


def test_a_call_that_the_line_began_and_nobody_ever_saw_alarms_until_it_comes(night):
    lost = new_ref(night.noon)
    night.lose(lost)
    late = night.put()
    assert (night.count().alarms, night.why()[lost]) == (1, Explanation.LOST_CALL)
    assert night.why()[late.call] is Explanation.CAME_LATE
    telephony.collect(clock.now())
    assert night.count().recorded == 1


@pytest.mark.req("D-05")
def test_a_day_whose_records_were_deleted_on_their_day_is_not_counted_anew(night, the_clock):
    view = controller("smart-metering", toml=sample("smart-metering").replace(RULE, A_DAY))
    policy = policy_in_force(view.ref, at=clock.now())
    put = put_call(night.spool, story_of(view, policy.policy_id, began=night.noon))
    night.spool.journal.calls.append(JournalCall(ref=put.call, recording=put.ref))
    telephony.collect(clock.now())
    build.run(clock.now())
    assert not LineCall.objects.exists()

    count()

    assert selectors.counted_days(view.ref) == []
    assert selectors.open_alarms(view.ref) == []
    telephony.count_day(view.ref, night.day, at=clock.now())
    assert len(selectors.open_alarms(view.ref)) == 1  # what the night would have cried


def test_the_night_counts_three_days_while_their_rule_lasts(night):
    count()
    assert len(selectors.counted_days(night.view.ref)) == 3


def test_sound_that_is_gone_from_the_vault_alarms(night):
    put = night.put()
    telephony.collect(clock.now())
    ref = LineCall.objects.get(ref=put.ref).recording_ref
    vault_ports.objects.get().delete([object_name(ref, "audio")])
    assert (night.count().alarms, night.why()[put.ref]) == (1, Explanation.LOST_RECORDING)


def test_a_ledger_that_was_swapped_in_the_vault_alarms_and_shows_nothing(night):
    put, other = night.put(), night.put()
    telephony.collect(clock.now())
    row = LineCall.objects.get(ref=put.ref)
    vault.add_part(row.recording_ref, "ledger", other.ledger)
    assert night.count().alarms == 1
    assert night.why()[put.ref] is Explanation.LEDGER_BROKEN
    (line,) = selectors.line_calls(row.call_ref)
    assert (line.words, line.fault) == ((), "ledger-changed")


def test_an_alarm_is_judged_once_and_stays_on_the_board(night):
    night.lose(new_ref(night.noon))
    assert night.count().open_alarms == 1
    (gap,) = selectors.open_alarms(night.view.ref)
    of_gap = {"controller_ref": night.view.ref, "actor": SETUP, "at": clock.now()}
    telephony.judge_gap(gap.ref, "power cut at noon", **of_gap)
    assert (night.count().alarms, night.count().open_alarms) == (1, 0)
    with pytest.raises(errors.GapUnknownError):
        telephony.judge_gap(gap.ref, "again", **of_gap)


def test_the_copy_has_both_parties_and_is_sealed_beside_the_recording(night):
    put = night.put(seconds=2)
    telephony.collect(clock.now())
    verify_waiting()
    assert telephony.uncopied(10) == [put.ref]
    size = telephony.make_copy(put.ref, at=clock.now())
    ref = LineCall.objects.get(ref=put.ref).recording_ref
    copy = vault.read_range(ref, "mp3", 0, size)
    assert copy == mp3_of([vault.read_range(ref, "audio", 0, 1 << 20)])
    assert telephony.uncopied(10) == []
    assert telephony.make_copy(put.ref, at=clock.now()) == 0


@pytest.mark.parametrize("act", ["fetch", "size", "put"])
def test_while_the_store_is_away_no_copy_is_given_up_and_no_recording_called_missing(
    night, monkeypatch, act
):
    put = night.put(seconds=2)
    telephony.collect(clock.now())
    verify_waiting()

    def away(*_what):
        assert not connection.in_atomic_block, "nobody else could write meanwhile"
        raise ObjectStoreUnreachableError

    with monkeypatch.context() as patch:
        patch.setattr(vault_ports.objects.get(), act, away)
        with pytest.raises(ObjectStoreUnreachableError):
            telephony.make_copy(put.ref, at=clock.now())
        assert telephony.uncopied(10) == [put.ref]
        if act != "put":
            with pytest.raises(ObjectStoreUnreachableError):
                night.count()
    assert telephony.make_copy(put.ref, at=clock.now())
    assert night.count().open_alarms == 0


def test_a_copy_is_the_same_however_the_recording_is_cut_into_pieces(night):
    wav = stereo_wav(b"\x55" * RATE, b"\x2a" * (RATE - 7), ref=new_ref())
    pieces = [wav[start : start + 333] for start in range(0, len(wav), 333)]
    assert mp3_of(pieces) == mp3_of([wav])


def test_keys_of_past_spool_days_are_destroyed_once_nothing_waits(night, the_clock):
    epoch = vault.spool_epoch(clock.now().date())
    night.put()
    the_clock.advance(timedelta(days=20))
    assert telephony.forget_spool_days(the_clock.now()) == 0
    telephony.collect(the_clock.now())
    assert telephony.forget_spool_days(the_clock.now()) == 1
    assert not vault_ports.key_store.get().has_key(epoch)
