"""What the administrator fills in about the phone line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from callward.console import term_words
from callward.console.forms.days import day_field
from callward.console.refusals import sentences
from callward.kernel.numbers import MalformedNumberError, parse_number
from callward.kernel.references import parse_ref
from callward.telephony.errors import MalformedNetworkError
from callward.telephony.services import networks
from callward.telephony.states import NobodyThere, Strategy
from callward.telephony.values import NumberFacts, OutboundFacts, PhoneFacts, QueueFacts, TrunkFacts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from callward.kernel.references import Ref
    from callward.policy import CompiledPolicy

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_HOST = r"^[A-Za-z0-9.:-]{1,253}$"


def _text(label: Any, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.TextInput(attrs=_PLAIN), **kwargs)


def _networks(text: str) -> tuple[str, ...]:
    try:
        return networks(text)
    except MalformedNetworkError as error:
        raise forms.ValidationError(" ".join(sentences(error))) from None


def _port() -> forms.IntegerField:
    return forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=5060)


class TrunkForm(forms.Form):
    """One carrier."""

    name = _text(_("Name of the carrier"), max_length=60, help_text=_("As you call this carrier."))
    host = forms.RegexField(_HOST, label=_("Address of the carrier"))
    port = _port()
    allow = forms.CharField(
        label=_("Addresses that may bring calls"),
        widget=forms.Textarea(attrs={"rows": 2} | _PLAIN),
        help_text=_("One address or network on each line. Everybody else is turned away."),
    )
    account = _text(_("Account"), max_length=80, required=False)
    secret = forms.CharField(
        label=_("Password"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("It is kept sealed and never shown. Empty: the one that is there stays."),
    )
    registers = forms.BooleanField(label=_("Sign in at the carrier"), required=False)
    early_media = forms.BooleanField(
        label=_("The carrier carries the announcement before the call costs anything"),
        required=False,
    )
    in_band_digits = forms.BooleanField(
        label=_("The carrier sends keys as tones within the sound"), required=False
    )
    takes_refer = forms.BooleanField(label=_("The carrier passes calls on itself"), required=False)

    def clean_allow(self) -> tuple[str, ...]:
        return _networks(self.cleaned_data["allow"])

    def clean(self) -> None:
        if self.cleaned_data.get("registers") and not self.cleaned_data.get("account"):
            self.add_error("account", _("Who signs in needs an account."))

    def facts(self) -> TrunkFacts:
        """What was typed."""
        typed = dict(self.cleaned_data)
        typed["secret"] = typed["secret"] or None
        return TrunkFacts(**typed)


class QueueForm(forms.Form):
    """One queue."""

    title = forms.CharField(label=_("Name of the queue"), max_length=80)
    name = forms.RegexField(
        r"^[a-z0-9][a-z0-9-]{0,39}$",
        label=_("Short name"),
        help_text=_("Small letters, digits and hyphens; it stands in the records of calls."),
    )
    phones = forms.MultipleChoiceField(
        label=_("Phones that ring"), required=False, widget=forms.CheckboxSelectMultiple
    )
    strategy = forms.ChoiceField(label=_("Who is rung first?"))
    ring_seconds = forms.IntegerField(
        label=_("Ring a phone for (seconds)"), min_value=5, max_value=120, initial=20
    )
    wait_seconds = forms.IntegerField(
        label=_("Longest wait of a caller (seconds)"), min_value=10, max_value=3600, initial=180
    )
    nobody = forms.ChoiceField(label=_("When nobody answers"))
    always_open = forms.BooleanField(label=_("Open at night and on holidays too"), required=False)
    takes_unrecorded = forms.BooleanField(
        label=_("Callers who refuse the recording come here"), required=False
    )
    takes_officer = forms.BooleanField(
        label=_("Calls for the data protection officer come here, never recorded"), required=False
    )

    def __init__(self, *args: Any, phones: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        strategies = [(str(one), term_words.label("strategy", one)) for one in Strategy]
        nobody = [(str(one), term_words.label("nobody", one)) for one in NobodyThere]
        for name, choices in (("phones", phones), ("strategy", strategies), ("nobody", nobody)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # choice fields

    def facts(self) -> QueueFacts:
        """What was typed."""
        typed = dict(self.cleaned_data)
        typed["phones"] = tuple(parse_ref(ref) for ref in typed["phones"])
        typed["strategy"], typed["nobody"] = (
            Strategy(typed["strategy"]),
            NobodyThere(typed["nobody"]),
        )
        return QueueFacts(**typed)


class NumberForm(forms.Form):
    """One number that people dial."""

    number = _text(_("Number"), max_length=40)
    queue = forms.ChoiceField(label=_("Leads to the queue"))
    trunk = forms.ChoiceField(label=_("Comes from the carrier"), required=False)
    languages = forms.MultipleChoiceField(
        label=_("Languages to choose from"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("With more than one, the caller chooses by a key."),
    )
    officer = forms.BooleanField(
        label=_("This is the number of the data protection officer; it is never recorded"),
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        policy: CompiledPolicy,
        queues: Sequence[tuple[str, str]],
        trunks: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._policy = policy
        anybody = [("", _("Any carrier")), *trunks]
        languages = term_words.languages(policy.languages)
        for name, choices in (("queue", queues), ("trunk", anybody), ("languages", languages)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # choice fields

    def clean_number(self) -> str:
        return _e164(self.cleaned_data["number"], self._policy)

    def facts(self) -> NumberFacts:
        """What was typed."""
        typed = self.cleaned_data
        return NumberFacts(
            number=typed["number"],
            queue_ref=parse_ref(typed["queue"]),
            trunk_ref=parse_ref(typed["trunk"]) if typed["trunk"] else None,
            languages=tuple(typed["languages"]),
            officer=typed["officer"],
        )


def _e164(text: str, policy: CompiledPolicy) -> str:
    try:
        return parse_number(text, region=policy.jurisdiction).e164
    except MalformedNumberError as error:
        raise forms.ValidationError(" ".join(sentences(error))) from None


class PhoneForm(forms.Form):
    """One agent's phone."""

    phone = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$",
        label=_("Extension"),
        widget=forms.TextInput(attrs=_PLAIN),
        help_text=_("The same extension stands in the agent's role under “Staff”."),
    )
    allow = forms.CharField(
        label=_("Addresses that the phone may speak from"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2} | _PLAIN),
        help_text=_(
            "One address or network on each line. Empty: from anywhere, with its password."
        ),
    )
    address = forms.RegexField(
        _HOST,
        label=_("Fixed address"),
        required=False,
        help_text=_("Only for a phone that does not sign in by itself."),
    )
    port = _port()

    def clean_allow(self) -> tuple[str, ...]:
        return _networks(self.cleaned_data["allow"])

    def facts(self) -> PhoneFacts:
        """What was typed."""
        return PhoneFacts(**self.cleaned_data)


class ChangePhoneForm(PhoneForm):
    """The extension stays."""

    phone = None  # type: ignore[assignment]  # Django's way to leave a field out

    def facts_of(self, phone: str) -> PhoneFacts:
        """What was typed, for this extension."""
        return PhoneFacts(phone=phone, **self.cleaned_data)


class OutboundForm(forms.Form):
    """How calls are made, and whether messages are taken."""

    trunk = forms.ChoiceField(label=_("Calls out go through"), required=False)
    shown_number = _text(_("Number that is shown"), max_length=40, required=False)
    ring_seconds = forms.IntegerField(
        label=_("Ring for (seconds)"), min_value=10, max_value=120, initial=45
    )
    voicemail_seconds = forms.IntegerField(
        label=_("Longest message (seconds; empty: no messages)"),
        min_value=10,
        max_value=600,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        policy: CompiledPolicy,
        trunks: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._policy = policy
        self.fields["trunk"].choices = [("", _("No calls out")), *trunks]  # type: ignore[attr-defined]  # a choice field
        if policy.voicemail is None:
            del self.fields["voicemail_seconds"]

    def clean_shown_number(self) -> str:
        text = self.cleaned_data["shown_number"]
        return _e164(text, self._policy) if text else ""

    def clean(self) -> None:
        if self.cleaned_data.get("trunk") and not self.cleaned_data.get("shown_number"):
            self.add_error("shown_number", _("Calls out need a number that is shown."))

    def facts(self) -> OutboundFacts:
        """What was typed."""
        typed = self.cleaned_data
        trunk = typed["trunk"]
        return OutboundFacts(
            trunk_ref=parse_ref(trunk) if trunk else None,
            shown_number=typed["shown_number"],
            ring_seconds=typed["ring_seconds"],
            voicemail_seconds=typed.get("voicemail_seconds"),
        )


class HoursForm(forms.Form):
    """One span of one weekday."""

    weekday = forms.TypedChoiceField(label=_("Weekday"), coerce=int)
    opens = forms.TimeField(label=_("Opens"), widget=forms.TimeInput(attrs={"type": "time"}))
    closes = forms.TimeField(label=_("Closes"), widget=forms.TimeInput(attrs={"type": "time"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["weekday"].choices = list(term_words.labels("weekday").items())  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> None:
        opens, closes = self.cleaned_data.get("opens"), self.cleaned_data.get("closes")
        if opens and closes and closes <= opens:
            self.add_error("closes", _("The line closes after it opens."))


class ClosedDayForm(forms.Form):
    """One day at which the line is closed."""

    day = day_field(_("Closed on"))
    title = forms.CharField(label=_("Why"), max_length=80, required=False)


class PromptForm(forms.Form):
    """A studio recording of one prompt."""

    key = forms.CharField(widget=forms.HiddenInput)
    language = forms.CharField(widget=forms.HiddenInput)
    recording = forms.FileField(
        label=_("Recording (WAV or MP3)"),
        widget=forms.FileInput(attrs={"accept": "audio/*"}),
    )


class FindingForm(forms.Form):
    """What a person found out about a gap."""

    finding = forms.CharField(label=_("What did you find?"), max_length=200)


def chosen(refs: Sequence[Ref]) -> list[str]:
    """References as the boxes of a form hold them."""
    return [str(ref) for ref in refs]
