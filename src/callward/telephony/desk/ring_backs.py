"""Those who wait to be rung back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit import services as audit
from callward.telephony.errors import NoSuchSettingError
from callward.telephony.models import RingBack
from callward.telephony.states import TelephonyEvent

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref


def settle_ring_back(ref: Ref, *, controller_ref: Ref, actor: Actor, at: datetime) -> None:
    """Take somebody off the list; the number goes with it."""
    with transaction.atomic():
        settled = RingBack.objects.filter(
            ref=ref, controller_ref=controller_ref, settled_at=None
        ).update(settled_at=at, settled_by=str(actor)[:80], sealed_number=b"")
        if not settled:
            raise NoSuchSettingError(ref=ref)
        audit.record(TelephonyEvent.RING_BACK_SETTLED, item=ref, actor=actor, at=at)
