"""The filters of the call list, and the form that places a legal hold."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from callward.calls.selectors import CallFilters
from callward.calls.states import CallDirection, Disposition
from callward.console import term_words
from callward.console.forms.days import day_field
from callward.console.term_words import labels
from callward.kernel import calendar
from callward.kernel.errors import CallwardError
from callward.kernel.numbers import parse_number
from callward.kernel.references import parse_ref
from callward.subjects import selectors as subjects

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from callward.console.staff_session import Visit
    from callward.kernel.numbers import PhoneNumber

_ANY = [("", _("Any"))]
_YES_NO = [*_ANY, ("yes", _("Yes")), ("no", _("No"))]
_TRUTH = {"yes": True, "no": False}


class CallFilterForm(forms.Form):
    """Narrows the list of calls; everything empty shows them all."""

    since = day_field(_("From day"), required=False)
    until = day_field(_("To day"), required=False)
    direction = forms.ChoiceField(label=_("Direction"), required=False)
    number = forms.CharField(
        label=_("Telephone number"),
        required=False,
        max_length=40,  # a saved filter names the number by “ref:” and 36 signs
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    agent = forms.CharField(label=_("Agent"), required=False, max_length=60)
    queue = forms.CharField(label=_("Queue"), required=False, max_length=60)
    disposition = forms.ChoiceField(label=_("Outcome"), required=False)
    shortest = forms.IntegerField(
        label=_("At least (minutes)"), required=False, min_value=0, max_value=1440
    )
    longest = forms.IntegerField(
        label=_("At most (minutes)"), required=False, min_value=0, max_value=1440
    )
    recorded = forms.ChoiceField(label=_("Has a recording"), required=False, choices=_YES_NO)
    held = forms.ChoiceField(label=_("Under legal hold"), required=False, choices=_YES_NO)

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._visit = visit
        self._number: PhoneNumber | None = None
        self._number_ref = ""
        for name, family in (("direction", CallDirection), ("disposition", Disposition)):
            choices = [(str(value), labels(name)[value]) for value in family]
            self.fields[name].choices = [*_ANY, *choices]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_number(self) -> str:
        """Find the number among the subjects; a saved filter names it by reference."""
        text = str(self.cleaned_data["number"]).strip()
        if not text:
            return ""
        try:
            self._number_ref, self._number = self._find(text)
        except CallwardError as error:
            raise forms.ValidationError(str(error)) from error
        return text

    def _find(self, text: str) -> tuple[str, PhoneNumber]:
        wanted = None
        if text.startswith("ref:"):
            wanted = parse_ref(text.removeprefix("ref:"))
            text = subjects.clear_text(wanted)
        number = parse_number(text, region=self._visit.policy.jurisdiction)
        found = subjects.find(self._visit.controller_ref, number)
        if found is None or wanted not in {None, found.ref}:  # never another controller's number
            raise forms.ValidationError(_("No call with this number is kept."))
        return str(found.ref), number

    def to_save(self) -> dict[str, str]:
        """The filters as the session keeps them: no number in clear."""
        saved = {name: str(self.cleaned_data.get(name) or "") for name in self.fields}
        saved["number"] = f"ref:{self._number_ref}" if self._number_ref else ""
        return {name: text for name, text in saved.items() if text}

    def asked(self) -> tuple[CallFilters, bool | None]:
        """The filters as the selectors take them, and whether only held calls are wanted."""
        given = self.cleaned_data
        filters = CallFilters(
            started_from=self._instant(given["since"], days=0),
            started_before=self._instant(given["until"], days=1),
            agent_code=given["agent"],
            direction=CallDirection(given["direction"]) if given["direction"] else None,
            number=self._number,
            queue=given["queue"],
            disposition=Disposition(given["disposition"]) if given["disposition"] else None,
            shortest=_seconds(given["shortest"]),
            longest=_seconds(given["longest"]),
            recorded=_TRUTH.get(given["recorded"]),
        )
        return filters, _TRUTH.get(given["held"])

    def _instant(self, day: date | None, *, days: int) -> datetime | None:
        if day is None:
            return None
        return calendar.start_of_day(day + timedelta(days=days), zone=self._visit.policy.zone)


def _seconds(minutes: int | None) -> int | None:
    return None if minutes is None else minutes * 60


class HoldForm(forms.Form):
    """Why a recording may not be destroyed, for which case, and when somebody looks again."""

    reason = forms.ChoiceField(label=_("Reason"))
    case = forms.RegexField(
        r"^[^\W_][\w\-/.]{0,63}$",
        label=_("Case"),
        max_length=64,
        help_text=_("The number of the complaint, claim or request."),
    )
    review_on = forms.DateField(
        label=_("Review on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Leave it empty for the last day that the policy allows."),
    )

    def __init__(self, *args: Any, reasons: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(reason, term_words.label("hold-reason", reason)) for reason in sorted(reasons)]
        self.fields["reason"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


class ReviewForm(forms.Form):
    """When somebody looks at the case of a hold again."""

    review_on = forms.DateField()
