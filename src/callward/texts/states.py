"""The closed lists of words of notices."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from callward.holdings.kinds import KINDS, kinds_of
from callward.kernel.errors import gettext_noop as _
from callward.kernel.labels import Labelled

if TYPE_CHECKING:
    from callward.holdings.kinds import Kind


class NoticeKind(Labelled, family="notice-kind"):
    """The documents that come out of one policy."""

    CALL_RECORDING = "call-recording", _("Recording of calls")
    SITE = "site", _("Privacy notice")
    STAFF = "staff", _("Notice to the staff")
    OTHERS = "others", _("If others speak about you or call you")  # the Art. 14 block (G-11)
    COOKIES = "cookies", _("Cookies")
    SHORT = "short", _("In short")  # the layered version
    POSTER = "poster", _("Poster for the offices")


class Format(StrEnum):
    """In which forms every notice can be written."""

    HTML = "html"
    MARKDOWN = "md"
    JSON = "json"
    JSONLD = "jsonld"
    PDF = "pdf"


class SentenceClass(StrEnum):
    """By what a sentence is backed."""

    PROVEN = "proven"
    ATTESTED = "attested"
    STATIC = "static"
    REMARK = "remark"


class Probe(Labelled, family="probe"):
    """The checks that stand behind proven sentences; `promises` implements every one."""

    EXPIRED_UNREADABLE = (
        "expired-unreadable",
        _("%(kind)s: nothing can be opened after its last day."),
    )
    DUE_DATES_FOLLOW_POLICY = (
        "due-dates-follow-policy",
        _("%(kind)s: nothing is kept longer than promised."),
    )
    EVERYTHING_HAS_A_DUE_DATE = (
        "everything-has-a-due-date",
        _("%(kind)s: everything has a day on which it ends."),
    )
    TOLD_OR_ASKED = "told-or-asked", _("For every recording it is known what the person was told.")
    TOLD_BEFORE_RECORDED = (
        "told-before-recorded",
        _("No recording begins before the person was told."),
    )
    STOPPED_IN_TIME = "stopped-in-time", _("Recording stops at hang-up and at refusal.")
    REFUSED_LEAVES_NOTHING = (
        "refused-leaves-nothing",
        _("Nothing is kept of a call whose recording was refused."),
    )
    ONLY_DECLARED_NUMBERS = (
        "only-declared-numbers",
        _("Only calls of the published numbers are recorded."),
    )
    ONLY_DECLARED_DIRECTIONS = (
        "only-declared-directions",
        _("Only calls in the announced directions are recorded."),
    )
    PLAYED_FOR_A_PURPOSE = (
        "played-for-a-purpose",
        _("Recordings are played only for an allowed purpose."),
    )
    PLAYED_BY_APPOINTED = (
        "played-by-appointed",
        _("Recordings are played only by appointed and trained people."),
    )
    CALLED_FOR_A_REASON = "called-for-a-reason", _("People are called only for an allowed reason.")
    HOLDS_REVIEWED = (
        "holds-reviewed",
        _("%(kind)s: every legal hold has a case, a review in time and an end."),
    )
    DESTRUCTION_CERTIFIED = "destruction-certified", _("Every destruction has a valid certificate.")
    NO_KEY_RESIDUE = "no-key-residue", _("Nothing is left of the keys of destroyed recordings.")
    BACKUPS_END = "backups-end", _("No backup is older than the notice says.")
    SOURCE_EMPTIED = "source-emptied", _("No recording is left behind in the inbox.")
    KEPT_IN_REGION = "kept-in-region", _("Everything is stored in the announced region.")
    HOSTS_DECLARED = "hosts-declared", _("Callward is connected only to declared machines.")
    PROMPTS_MATCH = "prompts-match", _("The announcements say exactly what the policy says.")
    NOTICES_MATCH = "notices-match", _("The published notices are the ones that the policy gives.")
    STAFF_TRAINED = "staff-trained", _("Everybody who may listen is trained.")
    CONTACTS_ANSWER = "contacts-answer", _("The published contacts answer.")
    CATEGORIES_DECLARED = "categories-declared", _("Only the announced kinds of data are stored.")
    NOTHING_PROFILED = "nothing-profiled", _("No profile of callers can be stored.")
    COOKIES_DECLARED = "cookies-declared", _("The public pages set only the announced cookies.")
    AUDIT_INTACT = "audit-intact", _("The audit is complete and unchanged.")


# These look at one kind of kept things at a time; the others look at the whole house.
BY_KIND = frozenset(
    {
        Probe.EXPIRED_UNREADABLE,
        Probe.DUE_DATES_FOLLOW_POLICY,
        Probe.EVERYTHING_HAS_A_DUE_DATE,
        Probe.HOLDS_REVIEWED,
    }
)


class CheckName(NamedTuple):
    """One check: a probe, and the kind of kept things that it looks at, if it looks at one."""

    probe: Probe
    kind: str = ""

    def __str__(self) -> str:
        return f"{self.probe}:{self.kind}" if self.kind else str(self.probe)


def looks_at(probe: Probe, kind: Kind) -> bool:
    """Whether there is anything for a probe in a kind: a key to open, a reason to be held for."""
    if probe is Probe.EXPIRED_UNREADABLE:
        return bool(kind.sealed)
    return bool(kind.activities) or probe is not Probe.HOLDS_REVIEWED


def checks_behind(probe: Probe, rule: str) -> tuple[CheckName, ...]:
    """The checks that a sentence on this rule stands or falls with: of no kind's own, with all."""
    if probe not in BY_KIND:
        return (CheckName(probe),)
    kinds = kinds_of(rule) or KINDS.values()
    return tuple(CheckName(probe, kind.name) for kind in kinds if looks_at(probe, kind))
