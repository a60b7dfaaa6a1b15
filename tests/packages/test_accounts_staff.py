"""Users, appointments, trainings, grants and tokens on the real database."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from build.accounts import (
    BUCHAREST,
    PASSWORD,
    SETUP,
    TRAINING,
    add_person,
    appoint_fully,
    cast,
    grant,
    train,
)
from callward.accounts import errors, selectors, services
from callward.accounts.models import ApiToken, Appointment, Grant, User
from callward.accounts.states import AccountsEvent
from callward.audit.models import Leaf
from callward.intake.states import IntakeCapability
from callward.kernel import clock
from callward.kernel.actors import user_actor
from callward.policy.vocabulary import Need, Role
from callward.recordings.states import RecordingsCapability

if TYPE_CHECKING:
    from callward.audit.states import Event

pytestmark = pytest.mark.django_db
CONTROLLER = uuid4()
ELSEWHERE = uuid4()
MINUTE = timedelta(minutes=1)


def leaves(event: Event) -> list[Leaf]:
    return list(Leaf.objects.filter(event=event.value).order_by("index"))


@pytest.mark.req("K-09")
def test_each_person_has_a_login_of_their_own():
    at = clock.now()
    services.add_user(username="ana", display_name="Ana", actor=SETUP, at=at)
    with pytest.raises(errors.UsernameTakenError):
        services.add_user(username="ana", display_name="Ana Two", actor=SETUP, at=at)
    assert len(leaves(AccountsEvent.USER_ADDED)) == 1


@pytest.mark.parametrize("username", ["Ana", "an a", "ană", ""])
def test_a_user_name_that_is_easily_mistaken_is_refused(username):
    with pytest.raises(errors.UsernameMalformedError):
        services.add_user(username=username, display_name="Ana", actor=SETUP, at=clock.now())
    assert not User.objects.exists()


@pytest.mark.req("K-09")
def test_passwords_are_kept_as_argon2_only():
    added = services.add_user(username="ana", display_name="Ana", actor=SETUP, at=clock.now())
    row = User.objects.get(ref=added.user.ref)
    assert row.password.startswith("argon2$argon2id$")
    assert added.password not in row.password
    assert row.check_password(added.password)


def test_an_initial_password_opens_once():
    at = clock.now()
    added = services.add_user(username="ana", display_name="Ana", actor=SETUP, at=at)
    actor = user_actor(added.user.ref)
    services.note_sign_in(added.user.ref, actor=actor, at=at)
    with pytest.raises(errors.InitialPasswordUsedError):
        services.note_sign_in(added.user.ref, actor=actor, at=at + MINUTE)
    assert len(leaves(AccountsEvent.SIGN_IN_SUCCEEDED)) == 1


def test_a_chosen_password_ends_the_initial_one():
    at = clock.now()
    added = services.add_user(username="ana", display_name="Ana", actor=SETUP, at=at)
    actor = user_actor(added.user.ref)
    services.change_password(added.user.ref, password=PASSWORD, actor=actor, at=at)
    row = User.objects.get(ref=added.user.ref)
    assert row.check_password(PASSWORD)
    assert not row.must_change_password
    services.note_sign_in(added.user.ref, actor=actor, at=at)
    services.note_sign_in(added.user.ref, actor=actor, at=at)


@pytest.mark.parametrize("weak", ["short", "password1234", "123456789012345", "ana-example-ana"])
def test_a_weak_password_changes_nothing(weak):
    at = clock.now()
    ana = services.add_user(username="ana-example", display_name="Ana", actor=SETUP, at=at).user
    with pytest.raises(errors.PasswordWeakError):
        services.change_password(ana.ref, password=weak, actor=user_actor(ana.ref), at=at)
    assert selectors.user(ana.ref).must_change_password
    assert not leaves(AccountsEvent.PASSWORD_CHANGED)


@pytest.mark.req("S-15")
def test_nobody_is_appointed_without_a_signed_undertaking():
    at = clock.now()
    ana = add_person("ana", at=at)
    with pytest.raises(errors.UndertakingMissingError):
        services.appoint(
            ana.ref,
            Role.AGENT,
            controller_ref=CONTROLLER,
            assessed_at=at,
            assessed_by=SETUP,
            actor=SETUP,
            at=at,
        )
    assert not Appointment.objects.exists()


@pytest.mark.req("S-15")
def test_an_undertaking_towards_another_controller_does_not_count():
    at = clock.now()
    ana = add_person("ana", at=at)
    services.sign_undertaking(ana.ref, controller_ref=ELSEWHERE, actor=SETUP, at=at)
    with pytest.raises(errors.UndertakingMissingError):
        services.appoint(
            ana.ref,
            Role.AGENT,
            controller_ref=CONTROLLER,
            assessed_at=at,
            assessed_by=SETUP,
            actor=SETUP,
            at=at,
        )


@pytest.mark.req("S-15")
@pytest.mark.parametrize("assessed", [None, MINUTE])
def test_nobody_is_appointed_without_an_assessment_that_came_before(assessed):
    at = clock.now()
    ana = add_person("ana", at=at)
    services.sign_undertaking(ana.ref, controller_ref=CONTROLLER, actor=SETUP, at=at)
    with pytest.raises(errors.AssessmentMissingError):
        services.appoint(
            ana.ref,
            Role.AGENT,
            controller_ref=CONTROLLER,
            assessed_at=None if assessed is None else at + assessed,
            assessed_by=SETUP,
            actor=SETUP,
            at=at,
        )
    assert not Appointment.objects.exists()


@pytest.mark.req("S-15")
@pytest.mark.parametrize("own", ["actor", "assessed_by"])
def test_nobody_appoints_or_assesses_themselves(own):
    at = clock.now()
    radu = add_person("radu", at=at)
    services.sign_undertaking(radu.ref, controller_ref=CONTROLLER, actor=SETUP, at=at)
    hands = {"actor": SETUP, "assessed_by": SETUP} | {own: user_actor(radu.ref)}
    with pytest.raises(errors.OwnAppointmentError):
        services.appoint(
            radu.ref, Role.DPO, controller_ref=CONTROLLER, assessed_at=at, at=at, **hands
        )


@pytest.mark.req("S-11")
def test_a_role_counts_at_its_own_controller_until_it_is_withdrawn():
    at = clock.now()
    ana = add_person("ana", at=at)
    appointment = appoint_fully(ana.ref, Role.SUPERVISOR, CONTROLLER, at=at)
    services.require(RecordingsCapability.PLAY, user_ref=ana.ref, controller_ref=CONTROLLER, at=at)
    with pytest.raises(errors.CapabilityMissingError):
        services.require(
            RecordingsCapability.PLAY, user_ref=ana.ref, controller_ref=ELSEWHERE, at=at
        )
    services.withdraw_appointment(appointment, actor=SETUP, at=at + MINUTE)
    with pytest.raises(errors.CapabilityMissingError):
        services.require(
            RecordingsCapability.PLAY, user_ref=ana.ref, controller_ref=CONTROLLER, at=at + MINUTE
        )
    assert [leaf.item for leaf in leaves(AccountsEvent.APPOINTMENT_ENDED)] == [str(ana.ref)]


def test_one_role_is_given_once_and_again_after_withdrawal():
    at = clock.now()
    ana = add_person("ana", at=at)
    appointment = appoint_fully(ana.ref, Role.AGENT, CONTROLLER, at=at)
    with pytest.raises(errors.AppointedAlreadyError):
        appoint_fully(ana.ref, Role.AGENT, CONTROLLER, at=at)
    services.withdraw_appointment(appointment, actor=SETUP, at=at + MINUTE)
    with pytest.raises(errors.AppointmentUnknownError):
        services.withdraw_appointment(appointment, actor=SETUP, at=at + MINUTE)
    appoint_fully(ana.ref, Role.AGENT, CONTROLLER, at=at + MINUTE)
    assert selectors.roles_of(ana.ref, CONTROLLER, at=at + MINUTE) == {Role.AGENT}


@pytest.mark.req("S-11")
def test_the_cast_stands_where_the_stories_need_it():
    at = clock.now()
    people = cast(CONTROLLER, at=at)
    boris = selectors.standing(people.boris.ref, CONTROLLER, at=at, second_factor=True)
    assert boris.roles == {Role.SUPERVISOR}
    assert boris.needs_met == set(Need)
    vera = selectors.standing(people.vera.ref, CONTROLLER, at=at, second_factor=True)
    assert (vera.roles, vera.capabilities, vera.needs_met) == (frozenset(),) * 3
    assert selectors.controllers_of(people.vera.ref, at=at) == []
    assert selectors.controllers_of(people.boris.ref, at=at) == [CONTROLLER]


@pytest.mark.req("I-14")
def test_somebody_who_left_may_do_nothing_from_then_on():
    at = clock.now()
    people = cast(CONTROLLER, at=at)
    grant(people.rita.ref, CONTROLLER, at=at)
    services.deactivate_user(people.rita.ref, actor=SETUP, at=at)
    standing = selectors.standing(people.rita.ref, CONTROLLER, at=at, second_factor=True)
    assert (standing.roles, standing.needs_met) == (frozenset(), frozenset())
    with pytest.raises(errors.GrantMissingError):
        selectors.grant_for(people.rita.ref, CONTROLLER, "complaints", uuid4(), at=at)
    with pytest.raises(errors.UserInactiveError):
        grant(people.rita.ref, CONTROLLER, at=at)


@pytest.mark.req("K-11")
def test_training_counts_through_its_last_day_where_the_controller_is(the_clock):
    at = clock.now()
    rita = add_person("rita", at=at)
    appoint_fully(rita.ref, Role.CALL_REVIEWER, CONTROLLER, at=at, trained_until=date(2026, 4, 10))
    last = the_clock.now().replace(month=4, day=10, hour=20, minute=59)  # 23:59 in Bucharest
    before = selectors.standing(rita.ref, CONTROLLER, at=last, second_factor=True)
    after = selectors.standing(rita.ref, CONTROLLER, at=last + MINUTE, second_factor=True)
    assert Need.TRAINING_CURRENT in before.needs_met
    assert Need.TRAINING_CURRENT not in after.needs_met
    assert (before.training_due_on, before.training_warning) == (date(2026, 4, 10), 7)


@pytest.mark.req("K-11")
@pytest.mark.parametrize(("days", "warned"), [(31, []), (29, [30]), (7, [30]), (6, [7]), (-2, [])])
def test_users_are_warned_thirty_and_seven_days_before_a_training_lapses(days, warned):
    at = clock.now()
    people = cast(CONTROLLER, at=at)
    until = at.date() + timedelta(days=days)
    rita = people.rita.ref
    services.withdraw_appointment(
        selectors.appointments(at=at, user_ref=rita)[0].ref, actor=SETUP, at=at
    )
    other = add_person("sorin", at=at)
    train(other.ref, CONTROLLER, at=at, until=until)
    found = [one for one in selectors.training_warnings(at) if one.user_ref == other.ref]
    assert [one.days_before for one in found] == warned


def test_a_training_in_the_future_or_due_before_it_was_done_is_refused():
    at = clock.now()
    ana = add_person("ana", at=at)
    for done, due in [(date(2026, 3, 30), date(2027, 1, 1)), (date(2026, 3, 1), date(2026, 3, 1))]:
        with pytest.raises(errors.TrainingSpanError):
            services.record_training(
                ana.ref,
                controller_ref=CONTROLLER,
                subject=TRAINING,
                done_on=done,
                due_on=due,
                zone=BUCHAREST,
                actor=SETUP,
                at=at,
            )


@pytest.mark.req("K-10")
def test_a_grant_is_for_one_user_one_purpose_and_until_its_end():
    at = clock.now()
    people = cast(CONTROLLER, at=at)
    recording, end = uuid4(), at + timedelta(days=1)
    given = grant(people.rita.ref, CONTROLLER, at=at, recording_ref=recording, ends_at=end)

    def found(user=people.rita, where=CONTROLLER, purpose="complaints", item=recording, when=at):
        return selectors.grant_for(user.ref, where, purpose, item, at=when)

    assert found().ref == given
    assert found(when=end - MINUTE).ref == given
    for other in (
        {"user": people.boris},
        {"where": ELSEWHERE},
        {"purpose": "quality"},
        {"item": uuid4()},
        {"when": at - MINUTE},
    ):
        with pytest.raises(errors.GrantMissingError):
            found(**other)
    with pytest.raises(errors.GrantEndedError):
        found(when=end)


def test_a_withdrawn_grant_opens_nothing_and_a_newer_one_does():
    at = clock.now()
    people = cast(CONTROLLER, at=at)
    first = grant(people.rita.ref, CONTROLLER, at=at)
    services.withdraw_grant(first, actor=SETUP, at=at)
    with pytest.raises(errors.GrantEndedError):
        selectors.grant_for(people.rita.ref, CONTROLLER, "complaints", uuid4(), at=at)
    second = grant(people.rita.ref, CONTROLLER, at=at, ends_at=at + MINUTE)
    assert (
        selectors.grant_for(people.rita.ref, CONTROLLER, "complaints", uuid4(), at=at).ref == second
    )
    assert [one.ref for one in selectors.grants(CONTROLLER, at=at)] == [second]


def test_a_grant_without_a_later_end_and_a_grant_to_oneself_are_refused():
    at = clock.now()
    people = cast(CONTROLLER, at=at)
    with pytest.raises(errors.GrantSpanError):
        grant(people.rita.ref, CONTROLLER, at=at, ends_at=at)
    new = services.NewGrant(
        user_ref=people.boris.ref,
        controller_ref=CONTROLLER,
        purpose="complaints",
        recording_ref=None,
        begins_at=at,
        ends_at=at + MINUTE,
        reason="curious",
    )
    with pytest.raises(errors.OwnAppointmentError):
        services.give_grant(new, actor=user_actor(people.boris.ref), at=at)
    assert not Grant.objects.exists()


def test_a_token_is_kept_as_a_digest_and_ends():
    at = clock.now()
    issued = services.issue_token(
        controller_ref=CONTROLLER,
        label="carrier inbox",
        capability=IntakeCapability.UPLOAD,
        ends_at=at + MINUTE,
        actor=SETUP,
        at=at,
    )
    row = ApiToken.objects.get()
    assert issued.token.encode() not in bytes(row.digest)
    assert services.token_bearer(issued.token, at=at).capability is IntakeCapability.UPLOAD
    for token, when in [(issued.token, at + MINUTE), (issued.token + "x", at), ("", at)]:
        with pytest.raises(errors.TokenRefusedError):
            services.token_bearer(token, at=when)
    services.withdraw_token(issued.ref, actor=SETUP, at=at)
    with pytest.raises(errors.TokenRefusedError):
        services.token_bearer(issued.token, at=at)


def test_the_audit_of_staff_holds_references_and_no_names():
    at = clock.now()
    people = cast(CONTROLLER, at=at)
    grant(people.rita.ref, CONTROLLER, at=at)
    text = "".join(str(row) for row in Leaf.objects.values_list())
    assert len(leaves(AccountsEvent.APPOINTMENT_MADE)) == 6
    assert str(people.rita.ref) in text
    for word in ("Rita", "rita", "Boris", "complaint of March"):
        assert word not in text


def test_a_change_that_is_rolled_back_leaves_neither_row_nor_audit():
    at = clock.now()
    with transaction.atomic():
        services.add_user(username="ana", display_name="Ana", actor=SETUP, at=at)
        transaction.set_rollback(True)
    assert not User.objects.exists()
    assert not leaves(AccountsEvent.USER_ADDED)


def test_the_database_itself_refuses_an_inactive_user_who_never_left():
    ana = add_person("ana", at=clock.now())
    with pytest.raises(IntegrityError, match="user_who_is_inactive_has_left"), transaction.atomic():
        User.objects.filter(ref=ana.ref).update(is_active=False)
