"""A policy file as somebody writes or uploads it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from callward.policy.policy_file import MAX_BYTES


class DraftForm(forms.Form):
    """A revision of the policy: typed here, or taken from a file."""

    file = forms.FileField(
        label=_("Policy file"),
        required=False,
        help_text=_("A file that you have prepared; without one the text below counts."),
        widget=forms.FileInput(attrs={"accept": ".toml,text/plain"}),
    )
    text = forms.CharField(
        label=_("Text of the policy"),
        required=False,
        max_length=MAX_BYTES,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "policy-text"}),
    )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not given.get("file") and not (given.get("text") or "").strip():
            raise forms.ValidationError(_("Choose a file, or write the policy."))
        if given.get("file") and given["file"].size > MAX_BYTES:
            raise forms.ValidationError(_("This file is too large to be a policy."))
        return given

    def toml(self) -> bytes:
        """The revision as handed in, byte for byte."""
        given = self.cleaned_data
        if given.get("file"):
            return bytes(given["file"].read())
        return str(given["text"]).replace("\r\n", "\n").encode()
