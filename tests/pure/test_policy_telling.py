"""What is told and asked, the keys, the pause and voicemail come out of the file as written."""

from __future__ import annotations

import pytest

from build.policies import ABSENT, RECORDING_SAMPLES, sample, varied_sample
from callward.kernel.calendar import Period, parse_period
from callward.policy import canonical_json, compile_policy, policy_of
from callward.policy.errors import CanonicalFormError, PolicyIncompleteError
from callward.policy.vocabulary import (
    Announce,
    ConsentMode,
    Direction,
    OutboundReason,
    RefusalPath,
)
from callward.policy.vocabulary_calls import PauseReason, Said
from callward.policy.vocabulary_notice import Reviewed

THERAPY, METERING, VOIP = "therapy-association", "smart-metering", "voip-provider"
REC = "activity.call-recording"


@pytest.mark.req("S-02", "S-03")
def test_caller_and_called_are_told_as_the_file_says():
    telling = sample(METERING).recording.telling
    inbound, outbound = telling[Direction.IN], telling[Direction.OUT]
    assert (inbound.announce, inbound.consent) == (Announce.BEFORE_CONNECT, ConsentMode.KEYPRESS)
    assert inbound.refuse is RefusalPath.UNRECORDED_QUEUE
    assert (outbound.announce, outbound.consent) == (Announce.ON_CONNECT, ConsentMode.SPOKEN)
    assert inbound.reasons == frozenset()


@pytest.mark.parametrize("name", RECORDING_SAMPLES)
def test_consent_and_telling_never_differ(name):
    recording = sample(name).recording
    assert recording.consent == {way: each.consent for way, each in recording.telling.items()}


@pytest.mark.req("X-03")
def test_announcement_that_names_nothing_says_everything():
    whole = varied_sample(THERAPY, {f"{REC}.inbound.says": []}).recording
    assert whole.telling[Direction.IN].says == frozenset(Said)
    part = varied_sample(THERAPY, {f"{REC}.inbound.says": ["recorded"]}).recording
    assert part.telling[Direction.IN].says == {Said.RECORDED}


def test_languages_of_an_announcement_are_the_policy_s_unless_said():
    plain = varied_sample(THERAPY, {f"{REC}.inbound.languages": []})
    assert plain.recording.telling[Direction.IN].languages == plain.languages
    one = varied_sample(THERAPY, {f"{REC}.inbound.languages": ["en"]})
    assert one.recording.telling[Direction.IN].languages == ("en",)


def test_early_media_is_played_only_where_the_file_allows_it():
    early = varied_sample(THERAPY, {f"{REC}.inbound.early_media": True}).recording
    late = varied_sample(THERAPY, {f"{REC}.inbound.early_media": False}).recording
    assert early.telling[Direction.IN].early_media
    assert not late.telling[Direction.IN].early_media


def test_colleagues_are_told_and_not_asked():
    changes = {f"{REC}.directions": ["in", "internal"]}
    telling = varied_sample(THERAPY, changes).recording.telling
    assert set(telling) == {Direction.IN, Direction.INTERNAL}
    assert telling[Direction.INTERNAL].consent is ConsentMode.NONE


@pytest.mark.req("X-23")
def test_narrower_list_of_reasons_wins():
    wide = {f"{REC}.outbound.or_reasons": ["booking", "order"]}
    policy = varied_sample(THERAPY, {**wide, "calling": {"reasons": []}})
    assert policy.recording.telling[Direction.OUT].reasons == {OutboundReason.BOOKING}
    assert policy.outbound_reasons == {OutboundReason.BOOKING}


@pytest.mark.req("K-03")
def test_controller_that_records_nothing_may_still_say_why_it_calls():
    some = varied_sample(VOIP, {"calling": {"reasons": ["contract"]}})
    assert some.outbound_reasons == {OutboundReason.CONTRACT}
    assert varied_sample(VOIP, {"calling": {"reasons": []}}).outbound_reasons == frozenset()


def test_controller_that_takes_calls_only_calls_nobody():
    changes = {f"{REC}.outbound": ABSENT, f"{REC}.directions": ["in"]}
    policy = varied_sample(THERAPY, changes)
    assert policy.outbound_reasons == frozenset()


def test_keys_are_those_of_the_file_or_of_the_schema():
    plain = varied_sample(THERAPY, {f"{REC}.digits": {}}).recording.digits
    assert (plain.agree, plain.refuse, plain.stop) == ("1", "9", "8")
    own = varied_sample(THERAPY, {f"{REC}.digits": {"refuse": "0"}}).recording.digits
    assert (own.agree, own.refuse) == ("1", "0")


@pytest.mark.req("K-33")
def test_recording_may_be_paused_for_the_reasons_and_the_time_of_the_file():
    written = {f"{REC}.pause": {"max": "PT5M", "reasons": ["card-payment"]}}
    pause = varied_sample(THERAPY, written).recording.pause
    assert (pause.max, pause.reasons) == (Period(seconds=300), {PauseReason.CARD_PAYMENT})


def test_recording_cannot_be_paused_where_the_file_is_silent():
    assert varied_sample(THERAPY, {f"{REC}.pause": None}).recording.pause is None


def test_pause_without_an_end_is_not_compiled():
    with pytest.raises(PolicyIncompleteError, match="pause"):
        varied_sample(THERAPY, {f"{REC}.pause": {"max": "endless", "reasons": ["card-payment"]}})


@pytest.mark.req("S-20")
@pytest.mark.parametrize("kept_out", [True, False])
def test_calls_to_the_officer_are_unrecorded_where_the_file_says_so(kept_out):
    recording = varied_sample(METERING, {f"{REC}.officer_unrecorded": kept_out}).recording
    assert recording.officer_unrecorded is kept_out


def test_voicemail_has_its_own_period_and_words():
    changes = {"activity.voicemail.message": {"announce": "before-connect", "longest": "PT3M"}}
    policy = varied_sample(VOIP, changes)
    voicemail = policy.voicemail
    assert policy.rules["activity.voicemail.retain"].period == parse_period("P30D")
    assert voicemail.longest == Period(seconds=180)
    assert voicemail.announce is Announce.BEFORE_CONNECT


def test_voicemail_is_told_before_it_is_taken_when_the_file_is_silent():
    voicemail = varied_sample(VOIP, {"activity.voicemail.message": ABSENT}).voicemail
    assert (voicemail.announce, voicemail.longest) == (Announce.BEFORE_CONNECT, None)


def test_controller_without_the_activity_takes_no_voicemail():
    assert varied_sample(VOIP, {"activity.voicemail": ABSENT}).voicemail is None


def test_failed_check_is_shown_after_the_period_of_the_file():
    shown = varied_sample(THERAPY, {"publish": {"show_failure_after": "P1D"}})
    assert shown.show_failure_after == parse_period("P1D")
    assert varied_sample(THERAPY, {"publish": ABSENT}).show_failure_after is None


@pytest.mark.req("S-13", "S-14", "K-11")
def test_reviews_fall_due_as_the_file_says():
    policy = varied_sample(THERAPY, {"review": {"security": "P1Y", "training": "P6M"}})
    assert policy.reviews == {
        Reviewed.SECURITY: parse_period("P1Y"),
        Reviewed.TRAINING: parse_period("P6M"),
    }


@pytest.mark.parametrize("name", RECORDING_SAMPLES)
def test_policy_as_written_comes_back_from_its_archived_bytes(name):
    policy = policy_of(sample(name).canonical)
    assert canonical_json(policy) == sample(name).canonical
    assert compile_policy(policy) == sample(name)


def test_bytes_that_are_not_canonical_give_no_policy():
    with pytest.raises(CanonicalFormError):
        policy_of(b" " + sample(THERAPY).canonical)
