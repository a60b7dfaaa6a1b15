"""What the phone line knows of one call, for whoever may see the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.line.errors import LedgerTamperedError
from callward.telephony.collection.ledger_evidence import words_of
from callward.telephony.models import LineCall, WrapUp
from callward.telephony.ports import sealed_texts
from callward.telephony.reconciliation.call_trace import ledger_of
from callward.telephony.states import CallOutcome, RecordingFate
from callward.telephony.values import LineCallView, WrapUpView

if TYPE_CHECKING:
    from callward.kernel.references import Ref
    from callward.telephony.values import LedgerWord


def line_calls(call_ref: Ref) -> list[LineCallView]:
    """What the line says of a call; nothing for a call that came from elsewhere."""
    rows = LineCall.objects.filter(call_ref=call_ref).order_by("started_at", "ref")
    return [_view(row) for row in rows]


def _view(row: LineCall) -> LineCallView:
    words, fault = _words(row)
    closed = WrapUp.objects.filter(line_call_ref=row.line_call_ref).first()
    return LineCallView(
        ref=row.ref,
        call_ref=row.call_ref,
        recording_ref=row.recording_ref,
        fate=RecordingFate(row.fate) if row.fate else None,
        fault=fault or row.fault,
        evidence=row.evidence,
        officer=row.officer,
        reason=row.reason,
        reference=row.reference,
        redirects=tuple(sealed_texts.open(row.sealed_redirects, row.controller_ref).split()),
        ledger_head=row.ledger_head,
        copied_at=row.copied_at,
        words=words,
        wrap_up=_wrap_up(closed) if closed else None,
    )


def _words(row: LineCall) -> tuple[tuple[LedgerWord, ...], str]:
    """The kept ledger in its lines; one that was changed since is never shown as if it were."""
    try:
        ledger = ledger_of(row)
    except LedgerTamperedError:
        return (), "ledger-changed"
    return (words_of(ledger), "") if ledger else ((), "")


def _wrap_up(row: WrapUp) -> WrapUpView:
    return WrapUpView(
        outcome=CallOutcome(row.outcome),
        purpose=row.purpose,
        contains_complaint=row.contains_complaint,
        case=row.case,
        hold_ref=row.hold_ref,
        remark=row.remark,
        user_ref=row.user_ref,
        closed_at=row.closed_at,
    )
