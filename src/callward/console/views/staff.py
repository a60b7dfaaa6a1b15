"""Who works here: roles, undertakings, trainings, and the password that opens once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy

from callward.accounts import selectors as roll, services as accounts
from callward.accounts.errors import AppointmentUnknownError
from callward.accounts.states import AccountsCapability
from callward.console import refusals
from callward.console.forms.staff import AppointForm, PersonForm, TrainingForm, UndertakingForm
from callward.console.pages import Nav, action, page
from callward.kernel.calendar import local_day
from callward.kernel.errors import BadInputError
from callward.policy.vocabulary import Role

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpResponse

    from callward.accounts.selectors import PersonView
    from callward.accounts.services import InitialPassword
    from callward.console.staff_session import StaffRequest, Visit
    from callward.kernel.references import Ref

_BAD = 400


@page(
    "staff/",
    name="staff",
    needs=AccountsCapability.MANAGE_STAFF,
    nav=Nav(label=gettext_lazy("Staff"), icon="people", order=60),
)
def staff_list(request: StaffRequest) -> HttpResponse:
    """Show everybody of this controller, and what is missing or due."""
    visit = request.visit
    people = roll.people(visit.controller_ref, at=visit.at)
    context = {
        "people": [person for person in people if person.is_active],
        "left": [person for person in people if not person.is_active],
    }
    return render(request, "console/staff/list.html", context)


@page(
    "staff/new/",
    name="staff-new",
    needs=AccountsCapability.MANAGE_STAFF,
    methods=("GET", "HEAD", "POST"),
)
def add_person(request: StaffRequest) -> HttpResponse:
    """Add a person; the answer shows the password that opens once, and nothing keeps it."""
    visit = request.visit
    form = PersonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = accounts.add_user(
                username=form.cleaned_data["username"],
                display_name=form.cleaned_data["display_name"],
                controller_ref=visit.controller_ref,
                actor=visit.actor,
                at=visit.at,
            )
        except BadInputError as error:
            form.add_error("username", " ".join(refusals.sentences(error)))
        else:
            return _password_once(request, made)
    status = _BAD if request.method == "POST" else 200
    return render(request, "console/staff/new.html", {"form": form}, status=status)


def _password_once(request: StaffRequest, made: InitialPassword) -> HttpResponse:
    # Said in the answer itself: a redirect would have to keep it somewhere in between.
    context = {"person": made.user, "password": made.password}
    return render(request, "console/staff/password.html", context)


@page("staff/<uuid:ref>/", name="staff-one", needs=AccountsCapability.MANAGE_STAFF)
def person_page(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Show one person with everything that can be recorded about their work here."""
    return _person_page(request, ref)


def _person_page(
    request: StaffRequest, ref: Ref, *, status: int = 200, **typed: Form
) -> HttpResponse:
    visit = request.visit
    person = _person(ref, visit)
    today = local_day(visit.at, zone=visit.policy.zone)
    context = {
        "person": person,
        "is_me": person.ref == visit.user.ref,
        "appointments": roll.appointments(
            at=visit.at, user_ref=ref, controller_ref=visit.controller_ref
        ),
        "appoint_form": AppointForm(visit=visit),
        "undertaking_form": UndertakingForm(),
        "training_form": TrainingForm(initial={"done_on": today}),
        **typed,
    }
    return render(request, "console/staff/person.html", context, status=status)


def _person(ref: Ref, visit: Visit) -> PersonView:
    return roll.person(ref, visit.controller_ref, at=visit.at)


@action("staff/<uuid:ref>/appoint/", name="staff-appoint", needs=AccountsCapability.MANAGE_STAFF)
def appoint(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Give a role to somebody who was assessed for it and has signed."""
    visit = request.visit
    person = _person(ref, visit)
    form = AppointForm(request.POST, visit=visit)
    if form.is_valid():
        try:
            accounts.appoint(
                person.ref,
                Role(form.cleaned_data["role"]),
                controller_ref=visit.controller_ref,
                assessed_at=visit.at,
                assessed_by=visit.actor,
                actor=visit.actor,
                at=visit.at,
                desk=form.desk(),
            )
        except BadInputError as error:
            form.add_error(None, " ".join(refusals.sentences(error)))
        else:
            messages.success(request, _("The role is given."))
            return redirect("staff-one", ref=ref)
    return _person_page(request, ref, status=_BAD, appoint_form=form)


@action(
    "staff/appointments/<uuid:ref>/end/", name="staff-end", needs=AccountsCapability.MANAGE_STAFF
)
def end_appointment(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Take a role away from now on."""
    visit = request.visit
    standing = roll.appointments(at=visit.at, controller_ref=visit.controller_ref)
    found = next((one for one in standing if one.ref == ref), None)
    if found is None:
        raise AppointmentUnknownError(ref=ref)
    accounts.withdraw_appointment(ref, actor=visit.actor, at=visit.at)
    messages.success(request, _("The role has ended."))
    return redirect("staff-one", ref=found.user_ref)


@action(
    "staff/<uuid:ref>/undertaking/", name="staff-undertaking", needs=AccountsCapability.MANAGE_STAFF
)
def record_undertaking(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Keep that a person signed the confidentiality undertaking."""
    visit = request.visit
    person = _person(ref, visit)
    form = UndertakingForm(request.POST)
    if not form.is_valid():
        return _person_page(request, ref, status=_BAD, undertaking_form=form)
    accounts.sign_undertaking(
        person.ref, controller_ref=visit.controller_ref, actor=visit.actor, at=visit.at
    )
    messages.success(request, _("The undertaking is recorded."))
    return redirect("staff-one", ref=ref)


@action("staff/<uuid:ref>/training/", name="staff-training", needs=AccountsCapability.MANAGE_STAFF)
def record_training(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Keep that a person was trained, and until when it counts."""
    visit = request.visit
    person = _person(ref, visit)
    form = TrainingForm(request.POST)
    if form.is_valid():
        try:
            accounts.record_training(
                person.ref,
                controller_ref=visit.controller_ref,
                zone=visit.policy.zone,
                actor=visit.actor,
                at=visit.at,
                **form.cleaned_data,
            )
        except BadInputError as error:
            form.add_error(None, " ".join(refusals.sentences(error)))
        else:
            messages.success(request, _("The training is recorded."))
            return redirect("staff-one", ref=ref)
    return _person_page(request, ref, status=_BAD, training_form=form)


@action("staff/<uuid:ref>/password/", name="staff-password", needs=AccountsCapability.MANAGE_STAFF)
def renew_password(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Give somebody who forgot theirs a password that opens once."""
    visit = request.visit
    person = _person(ref, visit)
    accounts.refuse_elsewhere(person.ref, controller_ref=visit.controller_ref)
    return _password_once(
        request, accounts.renew_password(person.ref, actor=visit.actor, at=visit.at)
    )


@action(
    "staff/<uuid:ref>/second-factor/",
    name="staff-second-factor",
    needs=AccountsCapability.MANAGE_STAFF,
)
def reset_second_factor(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Take the lost second factor of somebody who stands before the administrator."""
    visit = request.visit
    person = _person(ref, visit)
    accounts.refuse_elsewhere(person.ref, controller_ref=visit.controller_ref)
    accounts.reset_second_factor(person.ref, actor=visit.actor, at=visit.at)
    messages.success(request, _("The second factor is reset; the next sign-in asks for a new one."))
    return redirect("staff-one", ref=ref)


@action(
    "staff/<uuid:ref>/deactivate/", name="staff-deactivate", needs=AccountsCapability.MANAGE_STAFF
)
def deactivate(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Shut somebody out who has left; what they did stays written."""
    visit = request.visit
    person = _person(ref, visit)
    accounts.refuse_elsewhere(person.ref, controller_ref=visit.controller_ref)
    accounts.deactivate_user(person.ref, actor=visit.actor, at=visit.at)
    messages.success(request, _("This person can no longer sign in."))
    return redirect("staff-one", ref=ref)


@action(
    "staff/<uuid:ref>/reactivate/", name="staff-reactivate", needs=AccountsCapability.MANAGE_STAFF
)
def reactivate(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Let somebody in again who came back, with a password that opens once."""
    visit = request.visit
    person = _person(ref, visit)
    accounts.refuse_elsewhere(person.ref, controller_ref=visit.controller_ref)
    return _password_once(
        request, accounts.reactivate_user(person.ref, actor=visit.actor, at=visit.at)
    )
