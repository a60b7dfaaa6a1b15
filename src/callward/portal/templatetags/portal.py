"""Say the values of notices in the visitor's words inside a template."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import (
    get_language,
    gettext,
    gettext_lazy as _,
    ngettext,
    pgettext_lazy,
)

from callward.kernel.calendar import parse_period
from callward.notices.states import Change, CheckState
from callward.policy.vocabulary import CookieClass
from callward.portal.sentences import Mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise
    from django.utils.safestring import SafeString

    from callward.portal.sentences import BackedSentence
    from callward.texts.states import NoticeKind

SIGNS: Mapping[Mark, str] = {
    Mark.PROVEN: "✓",
    Mark.BROKEN: "!",
    Mark.OPEN: "○",
    Mark.ATTESTED: "◆",
    Mark.STATED: "◇",
    Mark.STATIC: "§",
    Mark.REMARK: "“",
}
MARKS: Mapping[Mark, str | _StrPromise] = {
    Mark.PROVEN: _("Checked by a program"),
    Mark.BROKEN: _("Checked by a program"),
    Mark.OPEN: _("Can be checked by a program, but no valid result is here"),
    Mark.ATTESTED: _("Attested by a person"),
    Mark.STATED: _("Stated by the organisation in its policy file"),
    Mark.STATIC: _("Law or rule"),
    Mark.REMARK: _("Statement that nobody checks"),
}
EXPLAINED: Mapping[Mark, str | _StrPromise] = {
    Mark.PROVEN: _("A program looks by itself, again and again, whether this sentence is true."),
    Mark.BROKEN: _("The last check found that this is not kept."),
    Mark.OPEN: _(
        "The check could not be made on this machine, was not repeated for too long, "
        "or has no published result."
    ),
    Mark.ATTESTED: _("A person has signed for it; the evidence has a date and an end."),
    Mark.STATED: _(
        "The rule in the published policy stands behind it; no other evidence is named."
    ),
    Mark.STATIC: _("It stands in a law, in an official register, or it is the rule itself."),
    Mark.REMARK: _("The organisation says so in its own words; nothing checks it."),
}
STATES: Mapping[CheckState, str | _StrPromise] = {
    CheckState.GREEN: _("The last check found it true."),
    CheckState.RED: _("The last check found that this is not kept."),
    CheckState.STALE: _("It has not been checked for too long."),
    CheckState.NOT_APPLICABLE: _("There is nothing to check at present."),
    CheckState.UNCHECKED: _("It could not be checked on this machine."),
}
CHANGES: Mapping[Change, str | _StrPromise] = {
    Change.ADDED: pgettext_lazy("sentence", "New"),
    Change.REMOVED: pgettext_lazy("sentence", "Removed"),
    Change.REWORDED: pgettext_lazy("sentence", "Changed"),
}
COOKIES: Mapping[CookieClass, str | _StrPromise] = {
    CookieClass.NECESSARY: _("Necessary cookies"),
    CookieClass.ANALYTICS: _("Analytics cookies"),
    CookieClass.ADVERTISING: _("Advertising cookies"),
}
COOKIES_EXPLAINED: Mapping[CookieClass, str | _StrPromise] = {
    CookieClass.NECESSARY: _("The site does not work without them, so there is nothing to choose."),
    CookieClass.ANALYTICS: _("They count how the site is used."),
    CookieClass.ADVERTISING: _("They show advertising that is meant for you."),
}


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
    return SIGNS[mark]


@register.filter
def mark_name(mark: Mark) -> str:
    """`{{ sentence.mark|mark_name }}`."""
    return str(MARKS[mark])


@register.filter
def mark_explained(mark: Mark) -> str:
    """`{{ sentence.mark|mark_explained }}`."""
    return str(EXPLAINED[mark])


@register.filter
def state_words(state: CheckState) -> str:
    """`{{ check.state|state_words }}`."""
    return str(STATES[state])


@register.filter
def change_name(change: Change) -> str:
    """`{{ change.change|change_name }}`."""
    return str(CHANGES[change])


@register.filter
def cookie_class(kind: CookieClass) -> str:
    """`{{ group.kind|cookie_class }}`."""
    return str(COOKIES[kind])


@register.filter
def cookie_class_explained(kind: CookieClass) -> str:
    """`{{ group.kind|cookie_class_explained }}`."""
    return str(COOKIES_EXPLAINED[kind])


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
