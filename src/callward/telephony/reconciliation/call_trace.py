"""What three sources say about one collected call: its ledger, the books, and the vault itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.line.call_ledger import verify
from callward.line.errors import LedgerTamperedError
from callward.line.states import Entry
from callward.recordings import selectors as recordings
from callward.recordings.errors import RecordingMissingError
from callward.sealing.errors import SealBrokenError
from callward.telephony.ports import sealed_texts
from callward.telephony.rules import CallTrace
from callward.telephony.states import LEDGER_PART
from callward.vault import services as vault
from callward.vault.errors import ObjectStoreError, VaultError

if TYPE_CHECKING:
    from callward.line.call_ledger import Ledger
    from callward.recordings.states import RecordingState
    from callward.telephony.models import LineCall


def ledger_bytes(row: LineCall) -> bytes | None:
    """The ledger as it was kept, in the vault or with the row; None when it is not there."""
    if row.sealed_ledger:
        return sealed_texts.open(row.sealed_ledger, row.controller_ref).encode("latin-1")
    if row.recording_ref is None:
        return None
    try:
        part = vault.open_part(row.recording_ref, LEDGER_PART)
        return part.read(0, part.plain_size)
    except ObjectStoreError:
        raise  # it says nothing about the ledger: the day is counted later
    except (VaultError, SealBrokenError):
        return None


def ledger_of(row: LineCall) -> Ledger | None:
    """The kept ledger, read back; raises LedgerTamperedError when it was changed meanwhile."""
    raw = ledger_bytes(row)
    if raw is None:
        return None
    return verify(raw, call=str(row.line_call_ref), head=row.ledger_head or None)


def trace_of(row: LineCall) -> CallTrace:
    """Look at a call from three sides; none of them believes another."""
    try:
        ledger, sound = ledger_of(row), True
    except LedgerTamperedError:
        ledger, sound = None, False
    entries = {line.entry for line in ledger.lines} if ledger else set()
    return CallTrace(
        answered=row.answered,
        ledger_sound=sound and not row.fault.startswith("ledger-"),
        ledger_fate=ledger.fate if ledger else None,
        paused=Entry.PAUSED in entries,
        stopped=Entry.STOPPED in entries,
        required=row.recording_ref is not None,
        state=_state_of(row),
        has_object=_has_object(row),
        quarantined=row.quarantined_ref is not None,
    )


def _state_of(row: LineCall) -> RecordingState | None:
    if row.recording_ref is None:
        return None
    try:
        return recordings.recording(row.recording_ref).state
    except RecordingMissingError:
        return None


def _has_object(row: LineCall) -> bool:
    """Whether the vault can really open something."""
    if row.recording_ref is None:
        return False
    try:
        vault.open_part(row.recording_ref)
    except ObjectStoreError:
        raise  # it says nothing about the recording
    except (VaultError, SealBrokenError):
        return False
    return True
