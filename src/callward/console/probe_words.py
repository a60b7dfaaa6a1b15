"""What each probe looks at, said to the people who answer for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

PROBE_WORDS: Mapping[Probe, _StrPromise] = {
    Probe.EXPIRED_UNREADABLE: _("No recording can be opened after its last day."),
    Probe.DUE_DATES_FOLLOW_POLICY: _("Every due date is the one that the policy promises."),
    Probe.EVERYTHING_HAS_A_DUE_DATE: _("Everything that is kept has a day on which it ends."),
    Probe.TOLD_OR_ASKED: _("For every recording it is known what the person was told."),
    Probe.TOLD_BEFORE_RECORDED: _("No recording begins before the person was told."),
    Probe.STOPPED_IN_TIME: _("Recording stops at hang-up and at refusal."),
    Probe.REFUSED_LEAVES_NOTHING: _("Nothing is kept of a call whose recording was refused."),
    Probe.ONLY_DECLARED_NUMBERS: _("Only calls of the published numbers are recorded."),
    Probe.ONLY_DECLARED_DIRECTIONS: _("Only calls in the announced directions are recorded."),
    Probe.PLAYED_FOR_A_PURPOSE: _("Recordings are played only for an allowed purpose."),
    Probe.PLAYED_BY_APPOINTED: _("Recordings are played only by appointed and trained people."),
    Probe.CALLED_FOR_A_REASON: _("People are called only for an allowed reason."),
    Probe.HOLDS_REVIEWED: _("Every legal hold has a case, a review in time and an end."),
    Probe.DESTRUCTION_CERTIFIED: _("Every destruction has a valid certificate."),
    Probe.NO_KEY_RESIDUE: _("Nothing is left of the keys of destroyed recordings."),
    Probe.BACKUPS_END: _("No backup is older than the notice says."),
    Probe.SOURCE_EMPTIED: _("No recording is left behind in the inbox."),
    Probe.QUARANTINE_EMPTIED: _("Nothing stays in quarantine longer than allowed."),
    Probe.KEPT_IN_REGION: _("Everything is stored in the announced region."),
    Probe.HOSTS_DECLARED: _("Callward is connected only to declared machines."),
    Probe.PROMPTS_MATCH: _("The announcements say exactly what the policy says."),
    Probe.NOTICES_MATCH: _("The published notices are the ones that the policy gives."),
    Probe.STAFF_TRAINED: _("Everybody who may listen is trained."),
    Probe.CONTACTS_ANSWER: _("The published contacts answer."),
    Probe.CATEGORIES_DECLARED: _("Only the announced kinds of data are stored."),
    Probe.NOTHING_PROFILED: _("No profile of callers can be stored."),
    Probe.COOKIES_DECLARED: _("The public pages set only the announced cookies."),
    Probe.AUDIT_INTACT: _("The audit is complete and unchanged."),
}


def probe_words(probe: str) -> str:
    """The sentence of one probe."""
    return str(PROBE_WORDS[Probe(probe)])
