"""The closed lists of words of notices."""

from __future__ import annotations

from enum import StrEnum


class NoticeKind(StrEnum):
    """The documents that come out of one policy."""

    CALL_RECORDING = "call-recording"
    SITE = "site"
    STAFF = "staff"
    OTHERS = "others"  # the Art. 14 block (G-11)
    COOKIES = "cookies"
    SHORT = "short"  # the layered version
    POSTER = "poster"


class SentenceClass(StrEnum):
    """By what a sentence is backed."""

    PROVEN = "proven"
    ATTESTED = "attested"
    STATIC = "static"
    REMARK = "remark"


class Probe(StrEnum):
    """The checks that stand behind proven sentences; `promises` implements every one."""

    EXPIRED_UNREADABLE = "expired-unreadable"
    DUE_DATES_FOLLOW_POLICY = "due-dates-follow-policy"
    EVERYTHING_HAS_A_DUE_DATE = "everything-has-a-due-date"
    TOLD_OR_ASKED = "told-or-asked"
    TOLD_BEFORE_RECORDED = "told-before-recorded"
    STOPPED_IN_TIME = "stopped-in-time"
    REFUSED_LEAVES_NOTHING = "refused-leaves-nothing"
    ONLY_DECLARED_NUMBERS = "only-declared-numbers"
    ONLY_DECLARED_DIRECTIONS = "only-declared-directions"
    PLAYED_FOR_A_PURPOSE = "played-for-a-purpose"
    PLAYED_BY_APPOINTED = "played-by-appointed"
    CALLED_FOR_A_REASON = "called-for-a-reason"
    HOLDS_REVIEWED = "holds-reviewed"
    DESTRUCTION_CERTIFIED = "destruction-certified"
    NO_KEY_RESIDUE = "no-key-residue"
    BACKUPS_END = "backups-end"
    SOURCE_EMPTIED = "source-emptied"
    QUARANTINE_EMPTIED = "quarantine-emptied"
    KEPT_IN_REGION = "kept-in-region"
    HOSTS_DECLARED = "hosts-declared"
    PROMPTS_MATCH = "prompts-match"
    NOTICES_MATCH = "notices-match"
    STAFF_TRAINED = "staff-trained"
    CONTACTS_ANSWER = "contacts-answer"
    CATEGORIES_DECLARED = "categories-declared"
    NOTHING_PROFILED = "nothing-profiled"
    COOKIES_DECLARED = "cookies-declared"
    AUDIT_INTACT = "audit-intact"
