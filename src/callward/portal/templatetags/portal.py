"""Say the values of notices in the visitor's words inside a template."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from callward.kernel.calendar import parse_period
from callward.portal import portal_words

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from callward.notices.states import Change, CheckState
    from callward.policy.vocabulary import CookieClass
    from callward.portal.marks import Mark
    from callward.portal.sentences import BackedSentence
    from callward.texts.states import NoticeKind

register = template.Library()
_MONTHS, _HOUR = 12, 3600


@register.simple_tag
def drawn(sentence: BackedSentence) -> SafeString:
    """`{% drawn sentence %}`: a sentence with its mark and what stands behind it."""
    return _drawn(sentence, get_language() or "", timezone.get_current_timezone_name())


@lru_cache(maxsize=8192)  # the same sentence, check, language and zone are the same words
def _drawn(sentence: BackedSentence, language: str, zone: str) -> SafeString:
    del language, zone  # they are active already; here they only tell the entries apart
    return render_to_string("portal/sentence.html", {"sentence": sentence})


@register.filter
def kind_name(kind: NoticeKind) -> str:
    """`{{ kind|kind_name }}`."""
    return gettext(kind.words)


@register.filter
def mark_sign(mark: Mark) -> str:
    """`{{ sentence.mark|mark_sign }}`."""
    return portal_words.SIGNS[mark]


@register.filter
def mark_name(mark: Mark) -> str:
    """`{{ sentence.mark|mark_name }}`."""
    return str(portal_words.MARKS[mark])


@register.filter
def mark_explained(mark: Mark) -> str:
    """`{{ sentence.mark|mark_explained }}`."""
    return str(portal_words.EXPLAINED[mark])


@register.filter
def state_words(state: CheckState) -> str:
    """`{{ check.state|state_words }}`."""
    return str(portal_words.STATES[state])


@register.filter
def change_name(change: Change) -> str:
    """`{{ change.change|change_name }}`."""
    return str(portal_words.CHANGES[change])


@register.filter
def cookie_class(kind: CookieClass) -> str:
    """`{{ group.kind|cookie_class }}`."""
    return str(portal_words.COOKIES[kind])


@register.filter
def cookie_class_explained(kind: CookieClass) -> str:
    """`{{ group.kind|cookie_class_explained }}`."""
    return str(portal_words.COOKIES_EXPLAINED[kind])


@register.filter
def said(sentence: str) -> str:
    """Translate a sentence that a lower room has marked."""
    return gettext(sentence) if sentence else ""


@register.filter
def life(text: str) -> str:
    """`{{ cookie.life|life }}` as 6 months; one unit where it has one."""
    period = parse_period(text)
    years, months = divmod(period.months, _MONTHS)
    hours, seconds = divmod(period.seconds, _HOUR)
    minutes = seconds // 60
    units = (
        (years, ngettext("%(count)d year", "%(count)d years", years)),
        (months, ngettext("%(count)d month", "%(count)d months", months)),
        (period.days, ngettext("%(count)d day", "%(count)d days", period.days)),
        (hours, ngettext("%(count)d hour", "%(count)d hours", hours)),
        (minutes, ngettext("%(count)d minute", "%(count)d minutes", minutes)),
    )
    return ", ".join(words % {"count": count} for count, words in units if count)
