"""Roles, trainings, grants and sign-ins as plain values."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from callward.accounts import rules
from callward.accounts.selectors import known_capabilities
from callward.accounts.states import AccountsCapability, Capability
from callward.calls.states import CallsCapability
from callward.notices.states import NoticesCapability
from callward.policy.vocabulary import Need, Role
from callward.promises.states import PromisesCapability
from callward.recordings.states import RecordingsCapability
from callward.retention.states import RetentionCapability
from callward.telephony.states import TelephonyCapability

AT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
DAY = timedelta(days=1)

ALLOWED = {
    Role.AGENT: "see-own-calls use-desk",
    Role.SUPERVISOR: "see-calls play place-hold see-disposal see-certificates manage-grants "
    "use-desk see-line see-policy approve-policy see-promises",
    Role.CALL_REVIEWER: "see-calls play",
    Role.DPO: "see-calls play place-hold release-hold see-disposal see-certificates see-audit "
    "see-quarantine resolve-quarantine manage-grants see-line see-policy "
    "approve-policy see-promises judge-promises",
    Role.ADMINISTRATOR: "manage-staff manage-tokens manage-policy upload declare-source "
    "see-quarantine run-disposal see-line manage-line see-policy see-promises",
    Role.AUDITOR: "see-audit see-certificates see-policy see-promises",
}


@pytest.mark.req("S-11")
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("capability", known_capabilities().values(), ids=str)
def test_each_role_may_exactly_what_it_is_for(role, capability):
    assert (capability in rules.capabilities_of(role)) is (capability in ALLOWED[role].split())


@pytest.mark.req("S-11")
def test_a_capability_that_no_role_should_have_is_declared_nowhere():
    assert set(known_capabilities()) == set(" ".join(ALLOWED.values()).split())


def test_no_capability_is_declared_twice():
    with pytest.raises(ValueError, match="play"):
        Capability("AgainCapability", {"PLAY": ("play", Role.AGENT)})


@pytest.mark.req("I-14")
def test_who_administers_hears_no_call_and_who_hears_calls_administers_nothing():
    hears = {RecordingsCapability.PLAY, CallsCapability.SEE_CALLS}
    assert not hears & rules.capabilities_of(Role.ADMINISTRATOR)
    for role in (Role.SUPERVISOR, Role.CALL_REVIEWER, Role.DPO):
        assert AccountsCapability.MANAGE_STAFF not in rules.capabilities_of(role)


def test_two_roles_add_up():
    both = rules.capabilities_of_all([Role.AGENT, Role.AUDITOR])
    assert both == {
        CallsCapability.SEE_OWN_CALLS,
        TelephonyCapability.USE_DESK,
        AccountsCapability.SEE_AUDIT,
        RetentionCapability.SEE_CERTIFICATES,
        NoticesCapability.SEE_POLICY,
        PromisesCapability.SEE_PROMISES,
    }
    assert rules.capabilities_of_all([]) == frozenset()


@pytest.mark.parametrize(
    ("factor", "signed", "trained", "met"),
    [
        (False, False, False, {Need.OWN_LOGIN}),
        (True, False, False, {Need.OWN_LOGIN, Need.SECOND_FACTOR}),
        (False, True, False, {Need.OWN_LOGIN, Need.CONFIDENTIALITY_SIGNED}),
        (False, False, True, {Need.OWN_LOGIN, Need.TRAINING_CURRENT}),
        (True, True, True, set(Need)),
    ],
)
def test_needs_are_met_one_by_one(factor, signed, trained, met):
    assert (
        rules.needs_met(
            second_factor=factor, confidentiality_signed=signed, training_current=trained
        )
        == met
    )


@pytest.mark.parametrize(
    ("username", "usable"),
    [
        ("ana", True),
        ("ana.p-2", True),
        ("a", False),
        ("Ana", False),
        ("аna", False),  # a Cyrillic а
        (".ana", False),
        ("ana ", False),
        ("a" * 64, True),
        ("a" * 65, False),
    ],
)
def test_user_names_cannot_be_mistaken(username, usable):
    assert rules.is_usable_username(username) is usable


def training(subject: str, lapses_at: datetime) -> rules.TrainingFact:
    return rules.TrainingFact(subject=subject, due_on=date(2026, 4, 1), lapses_at=lapses_at)


@pytest.mark.req("K-11")
def test_the_last_training_of_each_subject_counts():
    old, new = training("rules", AT - DAY), training("rules", AT + DAY)
    other = training("phones", AT + 2 * DAY)
    assert rules.latest_trainings([new, old, other]) == (new, other)
    assert rules.latest_trainings([old, other, new]) == (new, other)


@pytest.mark.req("K-11")
def test_training_lapses_at_its_instant_and_not_before():
    late = training("rules", AT)
    assert rules.is_training_current([late], at=AT - timedelta(seconds=1))
    assert not rules.is_training_current([late], at=AT)


@pytest.mark.req("K-11")
def test_one_lapsed_subject_is_enough_and_no_training_is_none():
    assert not rules.is_training_current([training("a", AT - DAY), training("b", AT + DAY)], at=AT)
    assert not rules.is_training_current([], at=AT)


@pytest.mark.req("K-11")
@pytest.mark.parametrize(
    ("days_left", "warning"),
    [(31, None), (30, 30), (8, 30), (7, 7), (1, 7), (0, None), (-1, None)],
)
def test_warnings_come_thirty_and_seven_days_before(days_left, warning):
    assert rules.warning_due(AT + days_left * DAY, days_before=(30, 7), at=AT) == warning


@pytest.mark.parametrize(
    ("begins", "ends", "withdrawn", "is_open"),
    [
        (0, 1, None, True),
        (-1, 0, None, False),
        (1, 2, None, False),
        (-1, 1, 0, False),
        (-1, 1, 1, True),
    ],
)
def test_a_grant_is_open_from_its_beginning_until_before_its_end(begins, ends, withdrawn, is_open):
    span = rules.GrantSpan(
        begins_at=AT + begins * DAY,
        ends_at=AT + ends * DAY,
        withdrawn_at=None if withdrawn is None else AT + withdrawn * DAY,
    )
    assert rules.is_grant_open(span, at=AT) is is_open


@pytest.mark.req("K-09")
@pytest.mark.parametrize(
    ("signed_in", "seen", "over"),
    [(60, 29, False), (60, 30, True), (719, 1, False), (720, 0, True)],
)
def test_a_sign_in_ends_when_idle_and_at_the_latest_after_its_longest_age(signed_in, seen, over):
    ages = rules.SignInAges(idle=timedelta(minutes=30), longest=timedelta(hours=12))
    assert (
        rules.is_sign_in_over(
            signed_in_at=AT - timedelta(minutes=signed_in),
            seen_at=AT - timedelta(minutes=seen),
            ages=ages,
            at=AT,
        )
        is over
    )
