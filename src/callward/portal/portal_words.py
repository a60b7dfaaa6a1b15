"""The portal's own words: names of notices, what backs a sentence, what a check says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from callward.notices.states import Change, CheckState
from callward.policy.vocabulary import CookieClass
from callward.portal.marks import Mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

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
