"""The form that places a legal hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from callward.console import term_words

if TYPE_CHECKING:
    from collections.abc import Iterable


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
