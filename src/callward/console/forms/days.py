"""A civil day as the browser's own calendar picks it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_BOUNDS = [MinValueValidator(date(1990, 1, 1)), MaxValueValidator(date(2099, 12, 31))]


def day_field(
    label: _StrPromise, *, required: bool = True, help_text: _StrPromise | str = ""
) -> forms.DateField:
    """A day that a person can mean; a slip of the year is said, not stumbled over."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label, required=required, help_text=help_text, widget=widget, validators=_BOUNDS
    )
