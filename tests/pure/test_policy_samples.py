"""The five sample policies promise what the notices they stand for promise."""

from __future__ import annotations

from datetime import date

import pytest

from build.policies import RECORDING_SAMPLES, SAMPLES, sample, sample_toml
from callward.kernel.calendar import parse_period
from callward.policy import from_canonical, lint, load
from callward.policy.vocabulary import (
    ConsentMode,
    Direction,
    Need,
    RetentionKind,
    StartEvent,
)

THE_DAY = date(2026, 3, 29)


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_has_no_finding_that_refuses_it_and_needs_no_waiver(name):
    findings = lint(load(sample_toml(name)), on=THE_DAY)
    assert [each for each in findings if each.refuses or each.waived] == []


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_comes_back_from_its_archived_bytes_unchanged(name):
    assert from_canonical(sample(name).canonical) == sample(name)


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_names_only_invented_contacts(name):
    text = sample_toml(name).decode()
    for word in text.replace('"', " ").split():
        if "@" in word or "://" in word:
            assert ".example" in word
        if word.startswith("+"):
            assert word.startswith("+442079460")


@pytest.mark.parametrize(
    ("name", "period", "start"),
    [
        ("therapy-association", "P5Y", StartEvent.CALL_INITIATED),
        ("smart-metering", "P6M", StartEvent.CALL_INITIATED),
        ("web-shop", "P1Y", StartEvent.DATA_COLLECTED),
    ],
)
@pytest.mark.req("K-07")
@pytest.mark.req("S-09")
@pytest.mark.req("M-08")
def test_recordings_are_capped_as_the_notice_says(name, period, start):
    retain = sample(name).rules["activity.call-recording.retain"]
    assert (retain.kind, retain.period, retain.start) == (
        RetentionKind.CAP,
        parse_period(period),
        start,
    )
    assert retain.destroy == "crypto-shred"


@pytest.mark.parametrize("name", ["dermatology-clinic", "voip-provider"])
def test_clinic_and_voip_provider_record_no_calls(name):
    assert sample(name).recording is None


@pytest.mark.req("S-09")
def test_smart_metering_keeps_all_call_centre_data_as_long_as_the_recording():
    rules = sample("smart-metering").rules
    recording = rules["activity.call-recording.retain"]
    assert rules["activity.call-centre-data.retain"].period == recording.period
    assert rules["activity.call-centre-data.retain"].start == recording.start
    assert rules["record.call-detail.retain"].period == recording.period


@pytest.mark.req("K-04")
@pytest.mark.req("S-01")
@pytest.mark.parametrize("name", RECORDING_SAMPLES)
def test_both_directions_are_recorded(name):
    assert sample(name).recording.directions == {Direction.IN, Direction.OUT}


@pytest.mark.req("S-02")
@pytest.mark.req("S-03")
def test_smart_metering_asks_by_keypress_inbound_and_by_word_outbound():
    assert sample("smart-metering").recording.consent == {
        Direction.IN: ConsentMode.KEYPRESS,
        Direction.OUT: ConsentMode.SPOKEN,
    }


@pytest.mark.req("S-05")
@pytest.mark.req("S-12")
def test_smart_metering_keeps_channels_of_unrecorded_contact_and_of_copies_apart():
    recording = sample("smart-metering").recording
    assert recording.unrecorded == {"post", "courier", "fax", "email", "visit"}
    assert recording.release.channels == {"post", "email"}


@pytest.mark.req("S-11")
def test_smart_metering_lets_only_call_reviewers_listen():
    assert sample("smart-metering").recording.access.roles == {"call-reviewer"}


@pytest.mark.req("S-10")
@pytest.mark.req("M-07")
@pytest.mark.parametrize(
    ("name", "regions"), [("smart-metering", {"RO", "EU"}), ("web-shop", {"EEA"})]
)
def test_recordings_stay_in_the_declared_regions(name, regions):
    assert sample(name).recording.regions == regions


@pytest.mark.req("K-19")
def test_therapy_association_declares_seven_purposes():
    assert len(load(sample_toml("therapy-association")).purpose) == 7


@pytest.mark.req("K-36")
def test_therapy_association_rests_bookings_on_contract_and_checks_on_interest():
    basis_of = sample("therapy-association").recording.basis_of
    assert basis_of["bookings"] == "A6-1-b"
    assert {basis_of[name] for name in ("complaints", "information", "quality")} == {"A6-1-f"}


@pytest.mark.req("K-09")
@pytest.mark.req("K-11")
@pytest.mark.parametrize("name", RECORDING_SAMPLES)
def test_every_precondition_is_asked_before_listening(name):
    assert sample(name).recording.access.needs == frozenset(Need)


@pytest.mark.req("K-10")
def test_therapy_association_opens_recordings_for_checks_and_for_authorities_only():
    access = sample("therapy-association").recording.access
    assert access.purposes == {"quality", "complaints", "legal-duty"}


@pytest.mark.req("K-06")
def test_therapy_association_takes_in_mp3():
    assert sample("therapy-association").recording.imports == {"mp3"}


@pytest.mark.req("K-08")
@pytest.mark.req("D-08")
@pytest.mark.parametrize("name", RECORDING_SAMPLES)
def test_complaint_holds_have_an_end_and_a_review(name):
    hold = sample(name).holds["call-recording"]["complaint"]
    assert hold.start is StartEvent.HOLD_PLACED
    assert hold.max == parse_period("P3Y")
    assert hold.review == parse_period("P6M")


@pytest.mark.req("M-01")
def test_web_shop_records_one_stated_number():
    assert sample("web-shop").recording.numbers == {"+442079460401"}


@pytest.mark.req("M-06")
def test_web_shop_releases_to_person_authority_and_incident_party():
    assert sample("web-shop").recording.release.to == {"subject", "authority", "incident-party"}


@pytest.mark.req("K-17")
def test_booking_sms_is_kept_five_years_from_the_booking():
    rule = sample("therapy-association").rules["activity.booking-sms.retain"]
    assert (rule.period, rule.start) == (parse_period("P5Y"), StartEvent.BOOKING_MADE)


@pytest.mark.req("C-21")
@pytest.mark.req("C-22")
def test_voip_floors_stand_beside_caps():
    policy = sample("voip-provider")
    assert policy.rules["activity.accounting.floor"].period == parse_period("P10Y")
    assert policy.rules["activity.regulator-papers.floor"].period == parse_period("P3Y")
    assert policy.rules["activity.accounting.retain"].kind is RetentionKind.CAP


@pytest.mark.req("D-19")
@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_says_who_is_second_or_how_long_to_wait(name):
    rule = sample(name).two_person
    assert rule.second is not None or rule.delay is not None


@pytest.mark.req("D-13")
@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_names_legal_entity_and_brand(name):
    assert sample(name).legal_name != sample(name).brand
