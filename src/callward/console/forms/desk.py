"""What an agent fills in at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from callward.console import term_words
from callward.kernel.numbers import MalformedNumberError, PhoneNumber, parse_number
from callward.telephony.states import CallOutcome

if TYPE_CHECKING:
    from callward.policy import CompiledPolicy

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class DialForm(forms.Form):
    """A call out: to whom, why, and what it refers to (K-03)."""

    number = forms.CharField(
        label=_("Number"), max_length=40, widget=forms.TextInput(attrs=_PLAIN | {"type": "tel"})
    )
    reason = forms.ChoiceField(label=_("Reason for the call"))
    reference = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$",
        label=_("Reference"),
        widget=forms.TextInput(attrs=_PLAIN),
        help_text=_("The number of the booking, the contact or the complaint; no name."),
    )
    language = forms.ChoiceField(label=_("Language of the call"))

    def __init__(self, *args: Any, policy: CompiledPolicy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._policy = policy
        reasons = [(str(one), term_words.label("dial-reason", one)) for one in self.reasons]
        self.fields["reason"].choices = [("", _("Choose the reason")), *reasons]  # type: ignore[attr-defined]  # a choice field
        self.fields["language"].choices = term_words.languages(policy.languages)  # type: ignore[attr-defined]  # a choice field

    @property
    def reasons(self) -> list[str]:
        """What the policy names."""
        return sorted(str(one) for one in self._policy.outbound_reasons)

    def clean_number(self) -> PhoneNumber:
        """The number as everybody compares it."""
        try:
            return parse_number(self.cleaned_data["number"], region=self._policy.jurisdiction)
        except MalformedNumberError:
            raise forms.ValidationError(
                _("Write the number with its country code, for example +44 20 7946 0123.")
            ) from None


class PauseForm(forms.Form):
    """Why nothing is recorded for a while."""

    reason = forms.ChoiceField(label=_("Reason for the pause"))

    def __init__(self, *args: Any, policy: CompiledPolicy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = policy.recording.pause if policy.recording else None
        reasons = sorted(str(one) for one in rules.reasons) if rules else []
        named = [(one, term_words.label("pause-reason", one)) for one in reasons]
        self.fields["reason"].choices = named  # type: ignore[attr-defined]  # a choice field


class WrapUpForm(forms.Form):
    """How a call was closed (D-18)."""

    outcome = forms.ChoiceField(label=_("Outcome"))
    purpose = forms.ChoiceField(label=_("What was it about?"))
    contains_complaint = forms.BooleanField(
        label=_("This call contains a complaint"),
        required=False,
        help_text=_("A case is opened at once, and the recording is held for it."),
    )
    remark = forms.CharField(
        label=_("Remark (no health details, no passwords)"), max_length=300, required=False
    )

    def __init__(self, *args: Any, policy: CompiledPolicy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcomes = [(str(one), term_words.label("outcome", one)) for one in CallOutcome]
        self.fields["outcome"].choices = [("", _("Choose the outcome")), *outcomes]  # type: ignore[attr-defined]  # a choice field
        purposes = sorted(policy.recording.purposes) if policy.recording else ["contact"]
        named = [(one, term_words.label("purpose", one)) for one in purposes]
        self.fields["purpose"].choices = [("", _("Choose the purpose")), *named]  # type: ignore[attr-defined]  # a choice field
