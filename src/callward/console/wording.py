"""The words people read for the words the engine uses, in their language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext, gettext_lazy as _, ngettext, pgettext_lazy

from callward.calls.states import CallDirection, Disposition, PartyRole, Told
from callward.console.wording_line import LANGUAGE_NAMES, LINE_LABELS
from callward.intake.states import QuarantineState
from callward.kernel.calendar import MalformedPeriodError, parse_period
from callward.notices.states import EditionState
from callward.policy.vocabulary import AnnounceChange
from callward.promises.states import CheckState, Verdict
from callward.recordings.states import RecordingState
from callward.retention.states import DisposalKind, HoldState, Rule, RunState
from callward.texts.states import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.functional import _StrPromise

    from callward.kernel.calendar import Period

LABELS: dict[str, dict[str, str | _StrPromise]] = {
    "check": {
        CheckState.GREEN: _("Kept"),
        CheckState.RED: _("Broken"),
        CheckState.STALE: _("Not looked at for too long"),
        CheckState.NOT_APPLICABLE: _("Not promised"),
        CheckState.UNCHECKED: _("Cannot be checked here"),
    },
    "verdict": {
        Verdict.BROKEN: _("The promise was broken; say so in public."),
        Verdict.MENDED: _("It was broken and is mended."),
        Verdict.FALSE_ALARM: _("False alarm: the check is wrong."),
    },
    "direction": {
        CallDirection.IN: _("Inbound"),
        CallDirection.OUT: _("Outbound"),
        CallDirection.INTERNAL: _("Internal"),
    },
    "disposition": {
        Disposition.ANSWERED: _("Answered"),
        Disposition.NO_ANSWER: _("No answer"),
        Disposition.BUSY: _("Busy"),
        Disposition.FAILED: pgettext_lazy("call", "Failed"),
        Disposition.CANCELLED: pgettext_lazy("call", "Cancelled"),
        Disposition.UNKNOWN: pgettext_lazy("call", "Unknown"),
    },
    "party": {
        PartyRole.CALLER: _("Caller"),
        PartyRole.CALLEE: _("Called person"),
        PartyRole.AGENT: _("Agent"),
        PartyRole.OTHER: _("Other person"),
    },
    "told": {
        Told.ANNOUNCED: _("The caller heard the announcement."),
        Told.ASKED: _("The person was asked and agreed."),
        Told.ASSERTED: _("The controller has signed that callers of this source are told."),
        Told.NONE: _("The caller was not told."),
        Told.UNKNOWN: _("Nothing shows whether the caller was told."),
    },
    "recording": {
        RecordingState.INTENDED: _("Planned"),
        RecordingState.ANNOUNCED: _("Announced"),
        RecordingState.RECORDING: _("Being recorded"),
        RecordingState.STORED: _("Stored, check pending"),
        RecordingState.VERIFIED: _("Stored and checked"),
        RecordingState.ABSENT: _("No recording arrived"),
        RecordingState.REFUSED: _("Recording refused"),
        RecordingState.PAUSED: _("Paused"),
        RecordingState.DEGRADED: _("Stored, incomplete"),
        RecordingState.FAILED: _("Stored, cannot be decoded"),
        RecordingState.BLOCKED: _("Not recorded for lack of space"),
    },
    "hold": {
        HoldState.PLACED: _("In force"),
        HoldState.RELEASE_ASKED: _("Release asked for"),
        HoldState.RELEASED: _("Released"),
        HoldState.ENDED: _("Ended"),
    },
    "quarantine": {
        QuarantineState.WAITING: _("Waiting for a decision"),
        QuarantineState.TAKEN_IN: _("Taken in"),
        QuarantineState.REJECTED: _("Rejected"),
    },
    "rule": {
        Rule.LAW_FLOOR: _("A law orders to keep it"),
        Rule.HOLD: _("Legal hold"),
        Rule.ERASURE: _("Approved erasure"),
        Rule.REJECTION: _("Rejected"),
        Rule.CAP_NOW: _("Retention period in force now"),
        Rule.CAP_PROMISED: _("Retention period promised when the call was recorded"),
        Rule.OPEN: _("Waits for the event that starts the count"),
    },
    "disposal": {
        DisposalKind.EXPIRY: _("End of the retention period"),
        DisposalKind.ERASURE: _("Approved erasure"),
        DisposalKind.REJECTION: _("Rejected"),
        DisposalKind.REFUSED_BACKLOG: _("Arrived past due, never stored"),
    },
    "run": {
        RunState.RUNNING: _("Running"),
        RunState.CLEAN: _("Complete, nothing left behind"),
        RunState.RED: _("Needs attention"),
    },
    "purpose": {
        "quality": _("Quality of calls"),
        "services": _("Improving the services"),
        "service": _("Quality of the service"),
        "training": _("Training of staff"),
        "complaints": _("Checking a complaint"),
        "evidence": _("Evidence for requests and complaints"),
        "evaluation": _("Evaluating and training staff"),
        "claims": _("Legal claims and controls"),
        "legal-claims": _("Legal claims"),
        "authority": _("Request of an authority"),
        "legal": _("Legal duty"),
        "legal-duty": _("Legal duty"),
        "claims-and-controls": _("Legal claims and controls"),
        "proof": _("Proof of interactions"),
        "interactions": _("Proof of interactions"),
        "needs": _("Understanding what callers need"),
        "contact": _("Answering a question"),
    },
    "edition": {
        EditionState.DRAFT: _("Draft"),
        EditionState.ASKED: _("Waits for approval"),
        EditionState.APPROVED: _("Approved, waits for its day"),
        EditionState.PUBLISHED: _("Published"),
        EditionState.WITHDRAWN: _("Withdrawn"),
    },
    "announced-by": {
        AnnounceChange.SITE: _("site"),
        AnnounceChange.OFFICES: _("poster in the office"),
        AnnounceChange.EMAIL: _("e-mail"),
        AnnounceChange.SMS: _("text message"),
    },
    "notice-kind": {
        NoticeKind.CALL_RECORDING: _("Recording of calls"),
        NoticeKind.SITE: _("Privacy notice"),
        NoticeKind.STAFF: _("Notice to the staff"),
        NoticeKind.OTHERS: _("If others speak about you or call you"),
        NoticeKind.COOKIES: _("Cookies"),
        NoticeKind.SHORT: _("In short"),
        NoticeKind.POSTER: _("Poster for the offices"),
    },
    "training": {
        "data-protection": _("Data protection"),
        "internal-rules": _("Internal rules on recordings"),
    },
    "hold-reason": {
        "complaint": _("Complaint"),
        "legal-claim": _("Legal claim"),
        "authority": _("Request of an authority"),
        "investigation": _("Investigation"),
    },
    "start": {
        "call.initiated": _("the start of the call"),
        "data.collected": _("the collection of the data"),
        "contract.ended": _("the end of the contract"),
        "fy.ended": _("the end of the financial year"),
        "case.closed": _("the end of the case"),
        "hold.placed": _("the day the hold was placed"),
    },
}


LABELS |= LINE_LABELS


def languages(codes: Iterable[str]) -> list[tuple[str, str | _StrPromise]]:
    """The languages by their own names."""
    return [(code, LANGUAGE_NAMES.get(code, code)) for code in codes]


def label(family: str, value: object) -> str:
    """The words for a value of the engine; a value without words shows itself, tidied."""
    text = str(value)
    return str(LABELS[family].get(text, text.replace("-", " ").replace(".", " ").capitalize()))


def period_words(text: str) -> str:
    """An ISO 8601 period as people say it; one unit where it has one."""
    try:
        period = parse_period(text)
    except MalformedPeriodError:
        return text
    return ", ".join(_counted(period))


def _counted(period: Period) -> list[str]:
    years, months = divmod(period.months, 12)
    hours = period.seconds // 3600
    units = (
        (years, ngettext("%(count)d year", "%(count)d years", years)),
        (months, ngettext("%(count)d month", "%(count)d months", months)),
        (period.days, ngettext("%(count)d day", "%(count)d days", period.days)),
        (hours, ngettext("%(count)d hour", "%(count)d hours", hours)),
    )
    return [words % {"count": count} for count, words in units if count]


def duration(seconds: float) -> str:
    """A length as a clock shows it: 3:07, or 1:03:07."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


_MEGA = 1_000_000


def size_words(count: int) -> str:
    """A size in kB or MB."""
    if count < _MEGA:
        return gettext("%(size)d kB") % {"size": max(1, round(count / 1000))}
    return gettext("%(size).1f MB") % {"size": count / _MEGA}
