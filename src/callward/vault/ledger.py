"""The destroyed-ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.references import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One destruction: of an epoch's key, or of single recordings."""

    kind: str
    intent: Ref
    at: datetime
    rule: str
    epoch: str = ""
    key_id: str = ""
    refs: tuple[Ref, ...] = ()
    position: int = 0
