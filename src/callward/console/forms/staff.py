"""What an administrator says about a person of staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from callward.accounts.services import AgentDesk
from callward.console.forms.days import day_field
from callward.console.templatetags.shell import role_name
from callward.console.term_words import labels
from callward.kernel import calendar
from callward.policy.vocabulary import Role

if TYPE_CHECKING:
    from datetime import datetime

    from callward.console.staff_session import Visit

_WRITTEN_OFF = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class PersonForm(forms.Form):
    """A person who joins."""

    display_name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("As colleagues see it.")
    )
    username = forms.CharField(
        label=_("User name"),
        max_length=64,
        widget=forms.TextInput(attrs=_WRITTEN_OFF),
        help_text=_("2 to 64 small letters without accents, digits, dots and hyphens."),
    )


class UndertakingForm(forms.Form):
    """That the signed paper exists."""

    signed = forms.BooleanField(
        label=_("I have this person's signed confidentiality undertaking before me.")
    )


class TrainingForm(forms.Form):
    """One training, and until when it counts."""

    subject = forms.ChoiceField(
        label=_("Subject"), choices=lambda: list(labels("training").items())
    )
    done_on = day_field(_("Done on"))
    due_on = day_field(
        _("Due again on"), help_text=_("After this day the person can no longer listen.")
    )


class AppointForm(forms.Form):
    """One role, after an assessment; an agent may have an extension."""

    role = forms.ChoiceField(label=_("Role"))
    extension = forms.CharField(
        label=_("Extension (agents only)"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs=_WRITTEN_OFF),
        help_text=_("The carrier's name for this agent, for example 101."),
    )
    extension_since = day_field(
        _("Has this extension since"),
        required=False,
        help_text=_("Empty: from now on. Earlier calls of the extension stay out of sight."),
    )
    assessed = forms.BooleanField(
        label=_("I have assessed this person for the duties of this role.")
    )

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._visit = visit
        choices = [("", _("Choose the role")), *((str(role), role_name(role)) for role in Role)]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def desk(self) -> AgentDesk | None:
        """The extension, where one was typed."""
        code = self.cleaned_data["extension"]
        return AgentDesk(code=code, since=self._since()) if code else None

    def _since(self) -> datetime:
        day = self.cleaned_data["extension_since"]
        if day is None:
            return self._visit.at
        return calendar.start_of_day(day, zone=self._visit.policy.zone)
