"""People, roles and grants run from the screens, by people who are not programmers."""

from __future__ import annotations

import re
from datetime import date, timedelta
from http import HTTPStatus
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format

from build.accounts import SETUP, add_person, appoint_fully, cast, grant, train
from build.calls import a_call
from build.console import signed_in
from build.controllers import controller
from build.recordings import house, keep_one
from build.vault import plug_vault
from callward.accounts import selectors, services
from callward.accounts.errors import TokenRefusedError
from callward.accounts.models import Appointment, Grant, Training, Undertaking, User
from callward.accounts.services import AgentDesk
from callward.accounts.states import AccountsEvent
from callward.audit.models import Leaf
from callward.audit.selectors import history
from callward.audit.states import AuditEvent
from callward.calls.services import keep_call
from callward.controllers.selectors import policy_in_force
from callward.intake.states import IntakeCapability
from callward.kernel import clock
from callward.policy.vocabulary import Role

pytestmark = pytest.mark.django_db(transaction=True)

BAD = HTTPStatus.BAD_REQUEST
GONE_ON = HTTPStatus.FOUND
NO = HTTPStatus.FORBIDDEN
NOT_HERE = HTTPStatus.NOT_FOUND


DAY = date_format(date(2026, 3, 29), "SHORT_DATE_FORMAT")


class Desk:
    """A controller with its cast, and a browser for each of them."""

    def __init__(self) -> None:
        self.here = controller()
        self.there = controller("smart-metering")
        self.at = clock.now()
        self.cast = cast(self.here.ref, at=self.at)

    def browser(self, name: str) -> Client:
        return signed_in(getattr(self.cast, name), controller_ref=self.here.ref)

    def newcomer(self, username="ioana"):
        made = services.add_user(
            username=username,
            display_name=username.capitalize(),
            controller_ref=self.here.ref,
            actor=SETUP,
            at=self.at,
        )
        return made.user

    def stranger(self, username="tomas", role=Role.AGENT):
        person = add_person(username, at=self.at)
        appoint_fully(person.ref, role, self.there.ref, at=self.at)
        return person


@pytest.fixture
def desk(settings, tmp_path):
    plug_vault(tmp_path)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return Desk()


def to(name, ref=None):
    return reverse(name, args=[ref] if ref else [])


def events() -> list[str]:
    return list(Leaf.objects.order_by("index").values_list("event", flat=True))


def refused(answer, code):
    return (answer.status_code, answer.json()["code"]) == (NO, code)


JSON = {"HTTP_ACCEPT": "application/json"}
APPOINT = {"role": "call-reviewer", "assessed": "on"}
TRAINED = {"subject": "data-protection", "done_on": "2026-03-20", "due_on": "2027-03-20"}


@pytest.mark.req("S-15")
def test_an_administrator_brings_somebody_in_without_a_command(desk):
    radu = desk.browser("radu")
    shown = radu.post(to("staff-new"), {"username": "ioana", "display_name": "Ioana Nouă"})
    person = selectors.user_named("ioana")
    assert shown.status_code == HTTPStatus.OK
    assert radu.post(to("staff-undertaking", person.ref), {"signed": "on"}).status_code == GONE_ON
    assert radu.post(to("staff-training", person.ref), TRAINED).status_code == GONE_ON
    assert radu.post(to("staff-appoint", person.ref), APPOINT).status_code == GONE_ON

    found = selectors.person(person.ref, desk.here.ref, at=clock.now())
    assert found.roles == (Role.CALL_REVIEWER,)
    assert (found.signed_at is not None, found.training.due_on.isoformat()) == (True, "2027-03-20")
    assert events()[-4:] == [
        AccountsEvent.USER_ADDED,
        AccountsEvent.UNDERTAKING_SIGNED,
        AccountsEvent.TRAINING_RECORDED,
        AccountsEvent.APPOINTMENT_MADE,
    ]
    assert {leaf.actor for leaf in Leaf.objects.order_by("-index")[:4]} == {
        f"user:{desk.cast.radu.ref}"
    }
    page = radu.get(to("staff-one", person.ref)).text
    assert "Ioana Nouă" in page
    assert "Call reviewer" in page


@pytest.mark.req("K-09")
@pytest.mark.parametrize("way", ["added", "renewed", "back"])
def test_an_initial_password_is_shown_once_and_kept_nowhere(desk, caplog, way):
    radu, person = desk.browser("radu"), None if way == "added" else desk.newcomer()
    if way == "added":
        shown = radu.post(to("staff-new"), {"username": "ioana", "display_name": "Ioana"})
    elif way == "renewed":
        shown = radu.post(to("staff-password", person.ref))
    else:
        services.deactivate_user(person.ref, actor=SETUP, at=desk.at)
        shown = radu.post(to("staff-reactivate", person.ref))
    user = User.objects.get(username="ioana")
    [password] = [
        text for text in re.findall(r'class="secret">([^<]+)<', shown.text) if text != "ioana"
    ]
    assert user.check_password(password)
    assert user.must_change_password
    assert "no-store" in shown.headers["Cache-Control"]
    assert "Location" not in shown.headers
    kept = str(list(Leaf.objects.values())) + caplog.text + str(dict(radu.session))
    kept += "".join(Session.objects.values_list("session_data", flat=True))
    assert password not in kept
    for again in (to("staff-new"), to("staff"), to("staff-one", user.ref)):
        assert password not in radu.get(again).text


BAD_PEOPLE = [
    {"username": "Ana Maria", "display_name": "Ana"},
    {"username": "radu", "display_name": "Radu Two"},
    {"username": "", "display_name": "Ana"},
    {"username": "ioana", "display_name": " "},
    {"username": "i" * 65, "display_name": "Ana"},
    {},
]


@pytest.mark.parametrize("typed", BAD_PEOPLE)
def test_a_person_with_a_bad_name_is_not_added_and_the_form_says_why(desk, typed):
    before, leaves = User.objects.count(), len(events())
    answer = desk.browser("radu").post(to("staff-new"), typed)
    assert (answer.status_code, "field-error" in answer.text) == (BAD, True)
    assert (User.objects.count(), len(events())) == (before, leaves)


@pytest.mark.req("S-15")
def test_nobody_is_appointed_without_a_signed_undertaking(desk):
    person, radu = desk.newcomer(), desk.browser("radu")
    answer = radu.post(to("staff-appoint", person.ref), APPOINT, **JSON)
    assert refused(answer, "undertaking-missing")
    assert not Appointment.objects.filter(user_id=person.ref).exists()
    assert events()[-1].endswith("refused")
    assert (
        "First record the signed confidentiality undertaking."
        in radu.get(to("staff-one", person.ref)).text
    )


BAD_ROLES = [
    {"role": "call-reviewer"},
    {"assessed": "on"},
    {"role": "emperor", "assessed": "on"},
    {"role": "call-reviewer", "assessed": "on", "extension": "101"},
    {"role": "agent", "assessed": "on", "extension": "1 0 1"},
    {"role": "agent", "assessed": "on", "extension": "101", "extension_since": "2026-04-30"},
    {"role": "agent", "assessed": "on", "extension": "101", "extension_since": "0001-01-01"},
    {"role": "agent", "assessed": "on", "extension": "100"},
]


@pytest.mark.req("S-15")
@pytest.mark.parametrize("typed", BAD_ROLES)
def test_a_role_that_is_not_assessed_or_wrongly_typed_is_not_given(desk, typed):
    person = desk.newcomer()
    services.sign_undertaking(person.ref, controller_ref=desk.here.ref, actor=SETUP, at=desk.at)
    Appointment.objects.filter(user_id=desk.cast.ana.ref).update(
        agent_code="100", agent_code_since=desk.at
    )
    answer = desk.browser("radu").post(to("staff-appoint", person.ref), typed)
    assert answer.status_code == BAD
    assert "field-error" in answer.text or "alert-danger" in answer.text
    assert not Appointment.objects.filter(user_id=person.ref).exists()


def test_the_same_role_twice_is_said_and_changes_nothing(desk):
    radu, rita = desk.browser("radu"), desk.cast.rita
    answer = radu.post(to("staff-appoint", rita.ref), APPOINT)
    assert (answer.status_code, "already has the role" in answer.text) == (BAD, True)
    assert Appointment.objects.filter(user_id=rita.ref).count() == 1


BAD_TRAININGS = [
    {**TRAINED, "done_on": "2026-04-02"},
    {**TRAINED, "due_on": "2026-03-20"},
    {**TRAINED, "due_on": "9999-12-31"},
    {**TRAINED, "subject": "juggling"},
    {**TRAINED, "due_on": "soon"},
    {},
]


@pytest.mark.req("K-11")
@pytest.mark.parametrize("typed", BAD_TRAININGS)
def test_a_training_with_impossible_days_is_not_recorded(desk, typed):
    before = Training.objects.count()
    answer = desk.browser("radu").post(to("staff-training", desk.cast.ana.ref), typed)
    assert (answer.status_code, Training.objects.count()) == (BAD, before)
    assert "field-error" in answer.text or "alert-danger" in answer.text


def test_an_undertaking_needs_the_signed_paper(desk):
    person = desk.newcomer()
    answer = desk.browser("radu").post(to("staff-undertaking", person.ref))
    assert (answer.status_code, "field-error" in answer.text) == (BAD, True)
    assert not Undertaking.objects.filter(user_id=person.ref).exists()


@pytest.mark.parametrize("name", ["staff-appoint", "staff-deactivate"])
def test_an_administrator_changes_no_role_or_right_of_their_own(desk, name):
    me, radu = desk.cast.radu, desk.browser("radu")
    code = "own-appointment" if name == "staff-appoint" else "own-end"
    assert refused(radu.post(to(name, me.ref), APPOINT, **JSON), code)
    [role] = selectors.appointments(at=desk.at, user_ref=me.ref)
    assert refused(radu.post(to("staff-end", role.ref), **JSON), "own-end")
    assert selectors.roles_of(me.ref, desk.here.ref, at=desk.at) == {Role.ADMINISTRATOR}
    assert User.objects.get(ref=me.ref).is_active
    assert events()[-2:] == [AuditEvent.ACT_REFUSED] * 2


def test_a_role_ends_and_a_person_who_leaves_is_out_at_once(desk):
    radu, rita = desk.browser("radu"), desk.browser("rita")
    [role] = selectors.appointments(at=desk.at, user_ref=desk.cast.boris.ref)
    assert radu.post(to("staff-end", role.ref)).status_code == GONE_ON
    assert not selectors.roles_of(desk.cast.boris.ref, desk.here.ref, at=desk.at)
    assert radu.post(to("staff-end", role.ref), **JSON).status_code == NOT_HERE

    assert rita.get(to("home")).status_code == HTTPStatus.OK
    assert radu.post(to("staff-deactivate", desk.cast.rita.ref)).status_code == GONE_ON
    assert rita.get(to("home")).headers["Location"].startswith("/sign-in/")
    assert "Has left" in radu.get(to("staff-one", desk.cast.rita.ref)).text
    assert events()[-2:] == [AccountsEvent.APPOINTMENT_ENDED, AccountsEvent.USER_DEACTIVATED]


PERSON_POSTS = [
    ("staff-appoint", APPOINT),
    ("staff-undertaking", {"signed": "on"}),
    ("staff-training", TRAINED),
    ("staff-password", {}),
    ("staff-second-factor", {}),
    ("staff-deactivate", {}),
    ("staff-reactivate", {}),
]


@pytest.mark.parametrize(("name", "typed"), PERSON_POSTS)
def test_the_people_of_another_controller_are_neither_seen_nor_touched(desk, name, typed):
    stranger, radu = desk.stranger(), desk.browser("radu")
    before = (User.objects.values_list().get(ref=stranger.ref), len(events()))
    assert radu.post(to(name, stranger.ref), typed, **JSON).status_code == NOT_HERE
    assert radu.get(to("staff-one", stranger.ref), **JSON).status_code == NOT_HERE
    assert "Tomas" not in radu.get(to("staff")).text
    [role] = selectors.appointments(at=desk.at, user_ref=stranger.ref)
    assert radu.post(to("staff-end", role.ref), **JSON).status_code == NOT_HERE
    assert before == (User.objects.values_list().get(ref=stranger.ref), len(events()))


@pytest.mark.parametrize(
    "name", ["staff-password", "staff-second-factor", "staff-deactivate", "staff-reactivate"]
)
def test_a_person_of_two_controllers_is_not_changed_as_a_whole_from_one(desk, name):
    appoint_fully(desk.cast.rita.ref, Role.AGENT, desk.there.ref, at=desk.at)
    before = User.objects.values_list().get(ref=desk.cast.rita.ref)
    answer = desk.browser("radu").post(to(name, desk.cast.rita.ref), **JSON)
    assert refused(answer, "appointed-elsewhere")
    assert User.objects.values_list().get(ref=desk.cast.rita.ref) == before
    assert events()[-1].endswith("refused")


def test_a_person_who_is_unknown_is_not_found(desk):
    assert desk.browser("radu").get(to("staff-one", uuid4()), **JSON).status_code == NOT_HERE


@pytest.mark.req("K-11")
@pytest.mark.parametrize(
    ("days", "said"), [(40, ""), (29, "within 30 days"), (6, "within 7 days"), (-1, "Overdue")]
)
def test_the_list_says_whose_training_is_due(desk, days, said):
    person = add_person("sorin", at=desk.at)
    appoint_fully(
        person.ref,
        Role.AGENT,
        desk.here.ref,
        at=desk.at,
        trained_until=(desk.at + timedelta(days=days)).date(),
    )
    text = desk.browser("radu").get(to("staff")).text
    found = [one for one in ("within 30 days", "within 7 days", "Overdue") if one in text]
    assert found == ([said] if said else [])


def test_the_list_tells_the_last_sign_in_by_our_clock(desk):
    services.note_sign_in(desk.cast.ana.ref, actor=SETUP, at=desk.at)
    assert desk.browser("radu").get(to("staff")).text.count(f"{DAY}</span> 02:30") == 1


GRANT = {
    "purpose": "complaints",
    "scope": "all",
    "last_day": "2026-04-30",
    "reason": "complaint 17",
}


@pytest.mark.req("K-10")
def test_a_supervisor_gives_a_grant_and_withdraws_it(desk):
    boris, rita = desk.browser("boris"), desk.cast.rita
    assert boris.post(to("grants"), {**GRANT, "person": str(rita.ref)}).status_code == GONE_ON
    [given] = selectors.grants(desk.here.ref, at=desk.at, user_ref=rita.ref)
    assert (given.purpose, given.recording_ref, given.reason) == (
        "complaints",
        None,
        "complaint 17",
    )
    assert given.ends_at.isoformat() == "2026-04-30T21:00:00+00:00"  # midnight in Bucharest
    text = boris.get(to("grants")).text
    last = date_format(date(2026, 4, 30), "SHORT_DATE_FORMAT")
    assert [word for word in ("Rita", last, "Boris") if word not in text] == []

    assert boris.post(to("grants-withdraw", given.ref)).status_code == GONE_ON
    assert not selectors.grants(desk.here.ref, at=desk.at, user_ref=rita.ref)
    assert boris.post(to("grants-withdraw", given.ref), **JSON).status_code == NOT_HERE
    assert "Withdrawn" in boris.get(to("grants")).text
    assert events()[-2:] == [AccountsEvent.GRANT_GIVEN, AccountsEvent.GRANT_WITHDRAWN]


@pytest.mark.req("K-10")
def test_a_grant_for_one_recording_comes_from_the_page_of_its_call(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    home = house(tmp_path)
    kept, at = keep_one(home), clock.now()
    boris = signed_in(home.cast.boris, controller_ref=home.controller.ref)
    [link] = re.findall(r'href="(/grants/[^"]+)"', boris.get(to("calls-one", kept.call_ref)).text)
    form = boris.get(link).context["form"]
    typed = {**GRANT, "person": str(home.cast.rita.ref), **form.initial}
    assert boris.post(to("grants"), typed).status_code == GONE_ON
    [given] = selectors.grants(home.controller.ref, at=at)
    assert given.recording_ref == kept.ref
    assert "one recording" in boris.get(to("grants")).text


@pytest.mark.req("K-10")
def test_a_grant_never_reaches_a_recording_of_another_controller(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    kept, at = keep_one(house(tmp_path)), clock.now()
    there = controller("smart-metering")
    rules = policy_in_force(there.ref, at=at).recording.access
    giver, hearer = (add_person(name, at=at) for name in ("sofia", "tomas"))
    appoint_fully(giver.ref, Role.SUPERVISOR, there.ref, at=at)
    appoint_fully(hearer.ref, min(rules.roles), there.ref, at=at)
    typed = {**GRANT, "person": str(hearer.ref), "purpose": min(rules.purposes)}
    one = {"scope": "one", "recording": str(kept.ref)}
    sofia = signed_in(giver, controller_ref=there.ref)
    answer = sofia.post(to("grants"), {**typed, **one})
    assert (answer.status_code, "No recording here" in answer.text) == (BAD, True)
    assert not Grant.objects.exists()
    assert sofia.post(to("grants"), typed).status_code == GONE_ON  # for her own, it is given


@pytest.mark.req("K-10")
@pytest.mark.parametrize("name", ["boris", "daiva"])
def test_nobody_gives_a_grant_to_themselves(desk, name):
    browser, me = desk.browser(name), getattr(desk.cast, name)
    page = browser.get(to("grants")).text
    assert f'value="{me.ref}"' not in page
    assert f'value="{desk.cast.rita.ref}"' in page
    answer = browser.post(to("grants"), {**GRANT, "person": str(me.ref)}, **JSON)
    assert refused(answer, "own-appointment")
    assert not Grant.objects.exists()
    assert events()[-1].endswith("refused")


BAD_GRANTS = [
    {"purpose": "marketing"},
    {"purpose": ""},
    {"person": ""},
    {"person": "nobody"},
    {"person": "ana"},  # an agent may not listen at all
    {"person": "vera"},
    {"person": "tomas"},  # works for another controller
    {"scope": ""},
    {"scope": "one"},
    {"scope": "one", "recording": "x"},
    {"scope": "one", "recording": "0195d3a8-0000-7000-8000-000000000001"},
    {"last_day": ""},
    {"last_day": "2026-03-28"},
    {"last_day": "9999-12-31"},
    {"reason": ""},
    {"reason": "r" * 201},
]


@pytest.mark.req("K-10")
@pytest.mark.parametrize("wrong", BAD_GRANTS)
def test_a_grant_that_is_wrongly_typed_is_not_given_and_the_form_says_why(desk, wrong):
    people = {**vars(desk.cast), "tomas": desk.stranger(role=Role.CALL_REVIEWER)}
    typed = {"person": "rita", **GRANT, **wrong}
    person = people.get(typed["person"])
    typed["person"] = str(person.ref) if person else typed["person"]
    answer = desk.browser("boris").post(to("grants"), typed)
    assert (answer.status_code, "field-error" in answer.text) == (BAD, True)
    assert not Grant.objects.exists()
    assert AccountsEvent.GRANT_GIVEN not in events()


@pytest.mark.req("K-10")
def test_a_grant_of_another_controller_is_neither_seen_nor_withdrawn(desk):
    stranger = desk.stranger(role=Role.CALL_REVIEWER)
    ref = grant(stranger.ref, desk.there.ref, at=desk.at)
    boris = desk.browser("boris")
    assert "Tomas" not in boris.get(to("grants")).text
    assert boris.post(to("grants-withdraw", ref), **JSON).status_code == NOT_HERE
    assert Grant.objects.get(ref=ref).withdrawn_at is None


def test_each_form_of_these_screens_is_bound_to_its_session(desk):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = desk.browser("radu").cookies
    for name, typed in PERSON_POSTS:
        assert strict.post(to(name, desk.cast.ana.ref), typed).status_code == NO, name
    assert strict.post(to("staff-new"), {"username": "x1", "display_name": "X"}).status_code == NO
    strict.cookies = desk.browser("boris").cookies
    assert strict.post(to("grants"), GRANT).status_code == NO
    strict.cookies = desk.browser("radu").cookies
    assert strict.post(to("tokens"), TOKEN).status_code == NO


def keep(desk, where, code, *, hours=1, direction=None):
    policy = policy_in_force(where.ref, at=desk.at)
    told = a_call(
        where.ref,
        policy.policy_id,
        agent_code=code,
        started_at=desk.at - timedelta(hours=hours),
        queue=f"queue-{code}-{hours}",
    )
    return keep_call(told, actor=SETUP, at=desk.at)


def give_extension(desk, person, code, *, since):
    services.withdraw_appointment(
        selectors.appointments(at=desk.at, user_ref=person.ref)[0].ref, actor=SETUP, at=desk.at
    )
    services.appoint(
        person.ref,
        Role.AGENT,
        controller_ref=desk.here.ref,
        assessed_at=desk.at,
        assessed_by=SETUP,
        actor=SETUP,
        at=desk.at,
        desk=AgentDesk(code=code, since=since),
    )


@pytest.mark.req("K-09")
def test_an_agent_sees_the_calls_of_their_own_extension_and_no_other(desk):
    give_extension(desk, desk.cast.ana, "101", since=desk.at - timedelta(hours=10))
    mine = keep(desk, desk.here, "101", hours=2)
    keep(desk, desk.here, "101", hours=11)  # before the extension was Ana's
    other = keep(desk, desk.here, "102", hours=2)
    keep(desk, desk.there, "101", hours=3)
    ana = desk.browser("ana")
    text = ana.get(to("my-calls")).text
    assert re.findall(r"queue-\d+-\d+", text) == ["queue-101-2"]
    for call in (mine, other):
        assert ana.get(to("calls-one", call), **JSON).status_code == NO
        assert str(call) not in text
    assert ana.get(to("calls"), **JSON).status_code == NO


def test_an_agent_without_an_extension_sees_no_call(desk):
    keep(desk, desk.here, "")
    keep(desk, desk.here, "101")
    text = desk.browser("ana").get(to("my-calls")).text
    assert "Your role has no extension yet." in text
    assert "queue-" not in text


def test_own_calls_come_page_by_page_without_a_stranger_between(desk):
    give_extension(desk, desk.cast.ana, "101", since=desk.at - timedelta(days=20))
    for hours in range(1, 56):
        keep(desk, desk.here, "101", hours=hours)
        keep(desk, desk.here, "102", hours=hours)
    ana = desk.browser("ana")
    first = ana.get(to("my-calls"))
    after = first.context["page"].after
    rest = ana.get(to("my-calls"), {"after": after}, headers={"HX-Request": "true"})
    queues = re.findall(r"queue-(\d+)-(\d+)", first.text + rest.text)
    assert queues == [("101", str(hours)) for hours in range(1, 56)]
    assert "<html" not in rest.text
    assert ana.get(to("my-calls"), {"after": "x"}, **JSON).status_code == BAD


@pytest.mark.parametrize("extension", ["101", "ana@desk"])
def test_an_extension_is_given_with_the_role_and_ends_with_it(desk, extension):
    person, radu = desk.newcomer(), desk.browser("radu")
    services.sign_undertaking(person.ref, controller_ref=desk.here.ref, actor=SETUP, at=desk.at)
    typed = {"role": "agent", "assessed": "on", "extension": extension}
    typed["extension_since"] = "2026-03-01"
    assert radu.post(to("staff-appoint", person.ref), typed).status_code == GONE_ON
    found = selectors.agent_desk(person.ref, desk.here.ref, at=desk.at)
    assert (found.code, found.since.isoformat()) == (extension, "2026-02-28T22:00:00+00:00")
    assert f"extension {extension}" in radu.get(to("staff-one", person.ref)).text

    radu.post(to("staff-deactivate", person.ref))
    radu.post(to("staff-reactivate", person.ref))
    assert selectors.agent_desk(person.ref, desk.here.ref, at=desk.at) is None
    other = desk.newcomer("mihai")  # the extension is free again
    services.sign_undertaking(other.ref, controller_ref=desk.here.ref, actor=SETUP, at=desk.at)
    assert radu.post(to("staff-appoint", other.ref), typed).status_code == GONE_ON


def test_a_second_training_takes_the_place_of_the_first_one(desk):
    train(desk.cast.rita.ref, desk.here.ref, at=desk.at, until=desk.at.date() + timedelta(days=3))
    radu = desk.browser("radu")
    assert radu.post(to("staff-training", desk.cast.rita.ref), TRAINED).status_code == GONE_ON
    found = selectors.person(desk.cast.rita.ref, desk.here.ref, at=desk.at)
    assert not found.training.overdue


# -- the second factor of somebody who lost it ---------------------------------------------------


@pytest.mark.req("K-09")
def test_a_reset_second_factor_ends_every_sign_in_and_the_next_one_enrols_a_new_factor(desk):
    rita, radu = desk.browser("rita"), desk.browser("radu")
    assert rita.get(to("home")).status_code == HTTPStatus.OK
    assert radu.post(to("staff-second-factor", desk.cast.rita.ref)).status_code == GONE_ON
    assert not Authenticator.objects.filter(user_id=desk.cast.rita.ref).exists()
    assert rita.get(to("home")).url.startswith(reverse("account_login"))
    assert radu.get(to("home")).status_code == HTTPStatus.OK, "nobody else is signed out"
    [told] = history(desk.cast.rita.ref)[-1:]
    assert (told.event, told.facts) == (AccountsEvent.SECOND_FACTOR_REMOVED, {"kind": "all"})


@pytest.mark.req("K-09")
def test_nobody_resets_their_own_second_factor(desk):
    radu = desk.browser("radu")
    assert refused(
        radu.post(to("staff-second-factor", desk.cast.radu.ref), **JSON), "own-appointment"
    )
    assert Authenticator.objects.filter(user_id=desk.cast.radu.ref).exists()


# -- machines --------------------------------------------------------------------------------------

TOKEN = {"label": "Exchange Vilnius", "last_day": "2026-04-30"}


@pytest.mark.req("K-09")
def test_a_token_is_shown_once_listed_without_itself_and_withdrawn(desk):
    radu = desk.browser("radu")
    answer = radu.post(to("tokens"), TOKEN)
    [shown] = re.findall(r"cw_[\w-]{40,}", answer.text)
    again = radu.get(to("tokens")).text
    assert "cw_" not in again
    assert "Exchange Vilnius" in again
    assert services.token_bearer(shown, at=desk.at).controller_ref == desk.here.ref
    [kept] = selectors.tokens(desk.here.ref)
    assert kept.ends_at.isoformat() == "2026-04-30T21:00:00+00:00", "through its last day"
    assert radu.post(to("tokens-withdraw", kept.ref)).status_code == GONE_ON
    with pytest.raises(TokenRefusedError):
        services.token_bearer(shown, at=desk.at)
    assert [view.event for view in history(kept.ref)] == [
        AccountsEvent.TOKEN_ISSUED,
        AccountsEvent.TOKEN_WITHDRAWN,
    ]
    assert radu.post(to("tokens-withdraw", kept.ref), **JSON).status_code == NOT_HERE


@pytest.mark.req("K-09")
@pytest.mark.parametrize(
    "wrong",
    [
        {"label": ""},
        {"label": "x"},
        {"label": "+370 600 12345"},
        {"label": "Exchange 600-12-345"},
        {"label": "mara@example.test"},
        {"label": "x" * 61},
        {"last_day": ""},
        {"last_day": "2026-03-28"},
        {"last_day": "9999-12-31"},
    ],
)
def test_a_token_that_is_wrongly_typed_is_not_issued_and_the_form_says_why(desk, wrong):
    answer = desk.browser("radu").post(to("tokens"), {**TOKEN, **wrong})
    assert answer.status_code == BAD
    assert 'role="alert"' in answer.text
    assert selectors.tokens(desk.here.ref) == []


@pytest.mark.req("K-09")
def test_a_token_of_another_controller_is_neither_seen_nor_withdrawn(desk):
    made = services.issue_token(
        controller_ref=desk.there.ref,
        label="Theirs",
        capability=IntakeCapability.UPLOAD,
        ends_at=desk.at + timedelta(days=1),
        actor=SETUP,
        at=desk.at,
    )
    radu = desk.browser("radu")
    assert "Theirs" not in radu.get(to("tokens")).text
    assert radu.post(to("tokens-withdraw", made.ref), **JSON).status_code == NOT_HERE
    assert services.token_bearer(made.token, at=desk.at)
