"""Say the engine's values in people's words inside a template."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from django import template
from django.utils.safestring import mark_safe
from django.utils.translation import gettext

from callward.console import policy_words, term_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.utils.safestring import SafeString

    from callward.kernel.references import Ref
    from callward.telephony.values import LedgerWord

register = template.Library()


@register.filter
def words(value: object, family: str) -> str:
    """`{{ call.direction|words:"direction" }}`."""
    return term_words.label(family, value)


@register.filter
def clock_length(seconds: float | None) -> str:
    """`{{ recording.seconds|clock_length }}` as 3:07."""
    return "–" if seconds is None else term_words.duration(seconds)


@register.filter
def size(count: int) -> str:
    """`{{ recording.bytes|size }}` as 120 kB."""
    return term_words.size_words(count)


@register.filter
def period(text: str) -> str:
    """`{{ rule.period|period }}` as 6 months."""
    return term_words.period_words(text)


@register.filter
def sentence(text: str) -> str:
    """Translate a sentence that a lower room has marked."""
    return gettext(text) if text else ""


@register.filter
def short(ref: object) -> str:
    """The last characters of a reference, enough to tell two apart on one screen."""
    return "…" + str(ref)[-8:]


@register.filter
def last_day(ends_at: datetime) -> datetime:
    """`{{ grant.ends_at|last_day|date }}`: what ends at midnight counts through the day before."""
    return ends_at - timedelta.resolution


@register.filter
def happened(event: str) -> str:
    """`{{ leaf.event|happened }}` as a sentence."""
    return term_words.happened(event)


@register.filter
def check_words(name: str) -> str:
    """`{{ check.name|check_words }}` as a sentence."""
    return term_words.check_words(str(name))


@register.filter
def fact_name(name: str) -> str:
    """`{{ name|fact_name }}` as a word."""
    return term_words.fact_name(name)


@register.filter
def fact_value(value: str | int, name: str) -> str:
    """`{{ value|fact_value:name }}` in words where it has them."""
    return term_words.fact_value(value, name)


@register.filter
def who(actor: str, names: Mapping[Ref, str]) -> str:
    """`{{ leaf.actor|who:names }}` by name where it is a user of staff."""
    return term_words.who(actor, names)


@register.filter
def language_name(code: str) -> str:
    """`{{ call.language|language_name }}` in that language's own word."""
    return term_words.LANGUAGE_NAMES.get(code, code)


@register.filter
def ledger_sentence(word: LedgerWord) -> str:
    """`{{ word|ledger_sentence }}`: one line of a call's ledger."""
    return term_words.sentence(word)


@register.filter
def ledger_details(word: LedgerWord) -> str:
    """`{{ word|ledger_details }}`: which prompt, for which reason, by what evidence."""
    return term_words.details(word)


@register.filter
def marks_json(marks: list[dict[str, object]]) -> SafeString:
    """`{{ piece.marks|marks_json }}` inside a script that only the player reads."""
    text = json.dumps(marks)
    for sign, written in (("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e")):
        text = text.replace(sign, written)
    return mark_safe(text)  # noqa: S308  # every sign that could end the script is written away


@register.filter
def blocked(code: str) -> str:
    """`{{ code|blocked }}` as a sentence."""
    return policy_words.blocked_words(code)
