"""What the audit keeps: entries, which end by a rule of their own, and salts, which end sooner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.audit.services import wipe_salts
from callward.holdings import Holder
from callward.holdings.kinds import AUDIT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.references import Ref


class AuditHolder(Holder):
    """Entries name references only; what they committed to goes with the thing itself."""

    name = "audit"
    kinds = (AUDIT,)

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:
        """Wipe the salts about these things: what was committed to is unprovable for ever."""
        return wipe_salts(refs, at=at)
