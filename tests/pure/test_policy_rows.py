"""What the five notices state in numbers and lists stands so in the five complete policies."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from build.policies import SAMPLES, sample_toml
from callward.policy import from_canonical, load
from callward.policy.vocabulary import BreachItem, ControlKind, OutboundReason, Right

K, S, I, M, C = (  # noqa: E741  # the letters of the notices
    "therapy-association",
    "smart-metering",
    "dermatology-clinic",
    "web-shop",
    "voip-provider",
)
POLICIES = {name: load(sample_toml(name)) for name in SAMPLES}
REC = "activity.call-recording"


def at(name, path):
    here = POLICIES[name]
    for part in path.split("."):
        here = here[part] if isinstance(here, dict) else getattr(here, part)
    return here


def row(req, name, path, wanted):
    return pytest.param(name, path, wanted, marks=pytest.mark.req(req), id=f"{req} {path}")


@pytest.mark.parametrize(
    ("name", "path", "wanted"),
    [
        row("K-01", K, f"{REC}.inbound.announce", "before-connect"),
        row(
            "K-02",
            K,
            f"{REC}.inbound.says",
            {"processed", "recorded", "who", "call-notice", "site-notice", "how-to-refuse"},
        ),
        row("K-03", K, f"{REC}.outbound.reasons", {"booking", "earlier-contact", "complaint"}),
        row("K-05", K, f"{REC}.stop.within_seconds", 1),
        row("K-11", K, "review.training", "P1Y"),
        row("K-12", K, "profiling", "none"),
        row("K-14", K, "activity.booking-request.fields", {"name", "email", "phone", "text", "ip"}),
        row("K-15", K, "activity.booking-request.ways", {"account", "phone", "web", "email"}),
        row("K-15", K, "account.sign_in", {"phone", "password", "one-time-code"}),
        row("K-16", K, "activity.booking-account.retain.start", "erasure.asked"),
        row(
            "K-16",
            K,
            "activity.booking-account.stays_in",
            {"booking-request", "booking-sms", "call-recording"},
        ),
        row("K-17", K, "activity.booking-sms.fields", {"phone", "at", "speciality"}),
        row("K-26", K, "rights.automated.safeguards", {"human", "own-view", "contest"}),
        row("K-27", K, "rights.identity", "if-in-doubt"),
        row("K-29", K, "rights.channels", {"post", "email"}),
        row("K-31", K, "rights.answer", "P30D"),
        row("K-32", K, f"{REC}.locate.held_at", {"call-centre-platform", "secured-devices"}),
        row("K-33", K, "payment.ways", {"processor-page", "bank-transfer"}),
        row("K-34", K, "cookies.choice", "asked-first"),
        row("S-05", S, f"{REC}.inbound.refuse", "unrecorded-queue"),
        row("S-06", S, f"{REC}.categories", {"voice", "said"}),
        row("S-12", S, f"{REC}.release.other_voices", "mask"),
        row("S-13", S, "change.announce", {"site", "email"}),
        row("S-18", S, "rights.extend", "P60D"),
        row("S-20", S, f"{REC}.officer_unrecorded", True),
        row("I-01", I, "category.identity.fields", {"names", "age", "sex", "phone", "email"}),
        row("I-02", I, "activity.visit.art9", "A9-2-h"),
        row("I-05", I, "activity.visit-reminder.opt_out", {"objection"}),
        row("I-06", I, "activity.feedback.anonymised", "after-closing"),
        row("I-07", I, "activity.marketing.channels", {"email", "sms", "messenger"}),
        row("I-07", I, "activity.marketing.consent", "per-channel"),
        row("I-08", I, "activity.marketing.opt_out", {"withdrawal", "objection"}),
        row(
            "I-09",
            I,
            "category.testimonial.fields",
            {"story", "photo", "names", "age", "sex", "health"},
        ),
        row("I-11", I, "activity.marketing.retain.start", "consent.withdrawn"),
        row("I-17", I, "rights.extension_reasons", {"complexity", "number"}),
        row("I-18", I, "change.announce", {"site", "offices", "email", "sms"}),
        row("I-19", I, "rights.other_regulators", True),
        row("M-02", M, f"{REC}.purposes", {"service", "evidence", "training"}),
        row(
            "M-03",
            M,
            "category.order.fields",
            {"date", "number", "item", "quantity", "amount", "payment_way"},
        ),
        row("M-03", M, "category.order.link_only", True),
        row("M-07", M, "transfers.outside", "none"),
        row("M-09", M, "rights.channels", {"email", "phone"}),
        row("C-01", C, "category.invoice.fields", {"name", "address"}),
        row(
            "C-02",
            C,
            "category.account.fields",
            {"name", "surname", "service_place", "email", "phone"},
        ),
        row("C-03", C, "activity.shipping.fields", {"name", "surname", "address", "phone"}),
        row("C-04", C, "category.device.fields", {"model", "system"}),
        row("C-05", C, "activity.cdr.never", {"sms_text"}),
        row(
            "C-05",
            C,
            "activity.cdr.fields",
            {"from", "to", "redirects", "at", "duration", "sms_to", "ip"},
        ),
        row("C-08", C, "payment.ways", {"processor-page", "bank-transfer"}),
        row("C-14", C, "account.ip_lock", True),
        row("C-15", C, "change.lessening", "consent"),
        row("C-18", C, "activity.cdr.locate.held_at", {"own-data-centre"}),
        row("C-18", C, "activity.accounting.locate.held_at", {"seat"}),
        row("C-19", C, "rights.all", frozenset(Right)),
        row("C-20", C, "residue.servers", "P30D"),
        row("C-22", C, "activity.regulator-papers.floor.period", "P3Y"),
        row("C-23", C, "transfers.outside", "none"),
        row("C-27", C, "change.tells_before_merger", True),
        row("C-32", C, "breach.client", "PT86400S"),
        row("C-33", C, "breach.contents", frozenset(BreachItem)),
    ],
)
def test_row_stands_in_the_policy_as_the_notice_states_it(name, path, wanted):
    assert str(at(name, path)) == wanted or at(name, path) == wanted


@pytest.mark.req("K-19")
@pytest.mark.req("S-07")
@pytest.mark.req("I-04")
@pytest.mark.req("C-34")
def test_each_notice_has_as_many_purposes_as_it_lists_and_each_has_a_basis():
    recorded = {name: POLICIES[name].activity.get("call-recording") for name in SAMPLES}
    assert len(recorded[S].purposes) == 6
    assert len(POLICIES[K].purpose) == 7
    assert {"provide", "run", "protect", "improve", "develop"} <= POLICIES[C].purpose.keys()
    assert all(each.basis for policy in POLICIES.values() for each in policy.purpose.values())


@pytest.mark.req("S-17")
def test_smart_metering_serves_nine_rights_each_on_channels_of_its_own():
    rights = POLICIES[S].rights
    assert rights.own_channels.keys() == rights.all - {Right.COMPLAINT}
    assert len(rights.own_channels) == 9


@pytest.mark.req("M-13")
def test_web_shop_serves_six_rights_by_mail_and_by_telephone():
    own = POLICIES[M].rights.own_channels
    assert len(own) == 6
    assert all(channels == {"email", "phone"} for channels in own.values())


@pytest.mark.req("K-37")
@pytest.mark.req("S-21")
def test_two_sites_stand_each_with_a_notice():
    for name in (K, S):
        sites = POLICIES[name].controller.site
        assert len(sites) == 2
        assert all(site.notice for site in sites)


@pytest.mark.req("K-29")
def test_therapy_association_has_three_mailboxes_on_two_domains():
    policy = POLICIES[K]
    mails = {*(site.email for site in policy.controller.site), policy.dpo.email}
    assert len(mails) == 3
    assert len({mail.partition("@")[2] for mail in mails}) == 2


@pytest.mark.req("C-10")
@pytest.mark.req("C-11")
@pytest.mark.req("C-12")
@pytest.mark.req("C-13")
def test_voip_provider_lists_every_message_and_marks_what_advertises():
    notifications = POLICIES[C].notification
    assert {"credit-value", "credit-low"} <= notifications.keys()
    assert {"password-changed", "security-pin", "daily-limit"} <= notifications.keys()
    seven = {
        "missed-call",
        "voice-message",
        "password-recovery",
        "fax",
        "allowed-ip-change",
        "top-up",
        "payment-booked",
    }
    assert seven <= notifications.keys()
    assert [name for name, each in notifications.items() if each.marketing] == ["offers"]
    assert notifications["voice-message"].delivery == "link"


@pytest.mark.req("C-28")
@pytest.mark.req("S-14")
@pytest.mark.parametrize("name", SAMPLES)
def test_eight_controls_have_dated_evidence(name):
    assert POLICIES[name].control.keys() == set(ControlKind)


@pytest.mark.req("C-24")
@pytest.mark.req("C-26")
def test_voip_provider_names_six_recipients_and_the_ground_of_each():
    recipients = {each.id: each for each in POLICIES[C].recipient}
    assert {"accountant", "auditor", "courier", "integrator"} <= recipients.keys()
    assert {"authority-that-asks", "fraud-and-security"} <= recipients.keys()
    assert all(each.case for each in recipients.values())
    assert {"consent", "account-admin", "processor", "law"} <= {
        str(each.case) for each in recipients.values()
    }


@pytest.mark.req("C-25")
def test_voip_account_administrators_have_five_powers_and_do_not_stand_before_rights():
    admin = POLICIES[C].account_admin
    assert len(admin.powers) == 5
    assert admin.dispatcher
    assert admin.rights_path in POLICIES[C].rights.channels


@pytest.mark.req("I-12")
@pytest.mark.req("I-13")
def test_clinic_shares_named_fields_only_and_advertising_of_others_on_explicit_consent():
    recipients = {each.id: each for each in POLICIES[I].recipient}
    shared = [each for each in recipients.values() if each.service != "hosting"]
    assert all(each.fields for each in shared)
    assert recipients["affiliate"].case == "explicit-consent"


@pytest.mark.req("I-10")
@pytest.mark.req("C-38")
@pytest.mark.parametrize("name", SAMPLES)
def test_every_activity_and_every_channel_has_a_period_that_can_be_counted(name):
    for each in POLICIES[name].activity.values():
        assert each.retain.period.startswith("P")
        assert each.retain.start
    if name == C:
        assert {"fax", "message-log", "chat"} <= POLICIES[name].record.keys()


@pytest.mark.req("M-10")
@pytest.mark.parametrize("name", [S, M])
def test_processors_have_contract_and_assurance(name):
    processors = [each for each in POLICIES[name].recipient if each.role == "processor"]
    assert processors
    assert all(each.contract and each.assurance for each in processors)


@pytest.mark.req("K-03")
@pytest.mark.parametrize("name", SAMPLES)
def test_nobody_is_called_for_a_reason_that_is_not_listed(name):
    policy = POLICIES[name]
    recording = policy.activity.get("call-recording")
    reasons = recording.outbound.reasons if recording else None
    calling = policy.calling.reasons if policy.calling else None
    assert name == I or (reasons or calling) <= frozenset(OutboundReason)


@pytest.mark.req("C-16")
@pytest.mark.parametrize("name", SAMPLES)
def test_whole_policies_of_an_earlier_day_are_read_back_with_their_ids(name):
    whole = Path(__file__).parents[1] / "vectors" / "policies" / "whole"
    policy = from_canonical((whole / f"{name}.json").read_bytes())
    assert policy.policy_id == tomllib.loads((whole / "ids.toml").read_text())[name]
    assert policy.controller == name
