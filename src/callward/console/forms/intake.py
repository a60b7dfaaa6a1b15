"""What people say about a recording that they hand in, and about a source."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from callward.calls.states import CallDirection, PartyRole
from callward.console.forms.days import day_field
from callward.console.term_words import labels
from callward.kernel import calendar
from callward.kernel.errors import CallwardError
from callward.kernel.numbers import parse_number

if TYPE_CHECKING:
    from datetime import date

    from callward.kernel.references import Ref
    from callward.policy.compiled import CompiledPolicy

SYSTEM = "upload"
ACCOUNT = "console"


class _AtDesk(forms.Form):
    """A form whose times and numbers are read as people at this controller write them."""

    def __init__(self, *args: Any, policy: CompiledPolicy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._policy = policy

    def _e164(self, name: str) -> str:
        text = self.cleaned_data[name].strip()
        if not text:
            return ""
        try:
            return parse_number(text, region=self._policy.jurisdiction).e164
        except CallwardError as error:
            raise forms.ValidationError(str(error)) from error


def _number_field(label: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"})
    return forms.CharField(label=label, required=False, max_length=32, widget=widget)


class CallFactsForm(_AtDesk):
    """The facts of one call that no carrier's record tells."""

    direction = forms.ChoiceField(label=_("Direction"))
    started_on = day_field(_("Day"))
    started_time = forms.TimeField(
        label=_("Time at which it rang"), widget=forms.TimeInput(attrs={"type": "time", "step": 1})
    )
    seconds = forms.IntegerField(label=_("Length in seconds"), min_value=1, max_value=86400)
    caller = _number_field(_("Number of the caller"))
    callee = _number_field(_("Number that was called"))
    agent = forms.RegexField(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$", label=_("Agent"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(str(value), labels("direction")[value]) for value in CallDirection]
        self.fields["direction"].choices = names  # type: ignore[attr-defined]  # a ChoiceField

    def clean_caller(self) -> str:
        return self._e164("caller")

    def clean_callee(self) -> str:
        return self._e164("callee")

    def envelope(self, ref: Ref) -> bytes:
        """The facts as an intake envelope; `ref` stands for the ids that a carrier would give."""
        given = self.cleaned_data
        started = self._started(given["started_on"], given["started_time"])
        ended = started + timedelta(seconds=given["seconds"])
        parties = [(PartyRole.CALLER, given["caller"]), (PartyRole.CALLEE, given["callee"])]
        facts = {
            "schema": "callward.intake/1",
            "source": {"system": SYSTEM, "account": ACCOUNT},
            "source_call_id": str(ref),
            "recording_id": str(ref),
            "direction": given["direction"],
            "started_at": started.isoformat(),
            "answered_at": started.isoformat(),
            "ended_at": ended.isoformat(),
            "talk_seconds": given["seconds"],
            "parties": [{"role": role, "number": number} for role, number in parties if number],
            "media": {"upload": True, "seconds": given["seconds"]},
        }
        if given["agent"]:
            facts["agent"] = given["agent"]
        return json.dumps(facts).encode()

    def _started(self, day: date, hour: time) -> datetime:
        local = datetime.combine(day, hour).isoformat()
        return calendar.parse_instant(local, zone=self._policy.zone)


class UploadForm(CallFactsForm):
    """One recording and the facts of its call."""

    recording = forms.FileField(
        label=_("Recording"), widget=forms.FileInput(attrs={"accept": "audio/*"})
    )
    field_order = ("recording",)


class DeclarationForm(_AtDesk):
    """The controller's word that the callers of a source are told (D-16)."""

    system = forms.RegexField(
        r"^[a-z0-9][a-z0-9-]{0,39}$",
        label=_("Source"),
        help_text=_("The system that records, for example asterisk or upload."),
    )
    account = forms.RegexField(
        r"^(\*|[A-Za-z0-9][A-Za-z0-9._@-]{0,79})$",
        label=_("Account"),
        initial="*",
        help_text=_("The account at the source; a star means every one."),
    )
    line = _number_field(_("Telephone line (empty: every line)"))
    greeting = forms.CharField(
        label=_("The words of the greeting"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    directions = forms.MultipleChoiceField(
        label=_("Directions"), widget=forms.CheckboxSelectMultiple
    )
    begins_on = day_field(_("In use from"))
    ends_on = day_field(_("In use until (empty: still in use)"), required=False)
    signed = forms.BooleanField(
        label=_("I sign that callers of this source hear this greeting before they are recorded.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = self._policy.recording
        allowed = sorted(rules.directions) if rules else []
        names = [(str(value), labels("direction")[str(value)]) for value in allowed]
        self.fields["directions"].choices = names  # type: ignore[attr-defined]  # a choice field

    def clean_line(self) -> str:
        return self._e164("line")

    def span(self) -> tuple[datetime, datetime | None]:
        """From the first instant of the first day to the end of the last."""
        zone, last = self._policy.zone, self.cleaned_data["ends_on"]
        begins = calendar.start_of_day(self.cleaned_data["begins_on"], zone=zone)
        ends = calendar.end_of_day(last, zone=zone) if last else None
        return begins, ends
