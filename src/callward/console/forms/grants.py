"""Who may hear what, for which purpose, until when and why; and which machine may come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from callward.accounts import selectors as accounts
from callward.accounts.services import NewGrant
from callward.console import term_words
from callward.console.forms.days import day_field
from callward.kernel import calendar
from callward.kernel.errors import CallwardError
from callward.kernel.references import parse_ref
from callward.recordings import selectors as recordings

if TYPE_CHECKING:
    from datetime import datetime

    from callward.console.staff_session import Visit
    from callward.kernel.references import Ref

_ALL, _ONE = "all", "one"


class GrantForm(forms.Form):
    """A named permission to hear recordings."""

    person = forms.ChoiceField(label=_("Person"))
    purpose = forms.ChoiceField(label=_("Purpose"))
    scope = forms.ChoiceField(
        label=_("What may be heard"),
        choices=[(_ONE, _("One recording")), (_ALL, _("All recordings"))],
        widget=forms.RadioSelect,
    )
    recording = forms.CharField(
        label=_("Reference of the one recording"),
        required=False,
        max_length=36,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("The page of the call shows it and can fill it in."),
    )
    last_day = day_field(_("Last day"))
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("For example the number of the complaint; no names."),
    )

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._visit = visit
        rules = visit.policy.recording
        purposes = sorted(rules.access.purposes) if rules else []
        named = [(purpose, term_words.label("purpose", purpose)) for purpose in purposes]
        self._offer("purpose", [("", _("Choose the purpose")), *named])
        people = [("", _("Choose the person")), *self._hearers()]
        self._offer("person", people)
        others = [choice for choice in people if choice[0] != str(visit.user.ref)]
        self.fields["person"].widget.choices = others

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def _hearers(self) -> list[tuple[str, str]]:
        visit, rules = self._visit, self._visit.policy.recording
        roles = rules.access.roles if rules else frozenset()
        return [
            (str(person.ref), person.display_name)
            for person in accounts.people(visit.controller_ref, at=visit.at)
            if person.is_active and not roles.isdisjoint(person.roles)
        ]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("scope") == _ONE and not self._is_ours(given.get("recording", "")):
            self.add_error("recording", _("No recording here has this reference."))
        return given

    def _is_ours(self, text: str) -> bool:
        try:
            found = recordings.recording(parse_ref(text.strip()))
        except CallwardError:
            return False
        return found.controller_ref == self._visit.controller_ref

    def _recording_ref(self) -> Ref | None:
        if self.cleaned_data["scope"] == _ALL:
            return None
        return parse_ref(self.cleaned_data["recording"].strip())

    def new_grant(self) -> NewGrant:
        """The grant as the service takes it: it counts through the end of its last day."""
        given, visit = self.cleaned_data, self._visit
        ends_at = calendar.end_of_day(given["last_day"], zone=visit.policy.zone)
        return NewGrant(
            user_ref=parse_ref(given["person"]),
            controller_ref=visit.controller_ref,
            purpose=given["purpose"],
            recording_ref=self._recording_ref(),
            begins_at=visit.at,
            ends_at=max(visit.at, ends_at),
            reason=given["reason"],
        )


class TokenForm(forms.Form):
    """A machine that may hand recordings over until its last day."""

    label = forms.CharField(
        label=_("Name of the machine"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("For example Exchange Vilnius; no person and no number."),
    )
    last_day = day_field(_("Last day"))

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._visit = visit

    def ends_at(self) -> datetime:
        """The token counts through the end of its last day."""
        return calendar.end_of_day(self.cleaned_data["last_day"], zone=self._visit.policy.zone)
