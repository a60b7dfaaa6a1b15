"""Changes of staff, each one audited in its own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.accounts import rules
from callward.accounts.errors import CapabilityMissingError
from callward.accounts.models import Appointment
from callward.policy.vocabulary import Role

if TYPE_CHECKING:
    from datetime import datetime

    from callward.accounts.states import Capability
    from callward.kernel.references import Ref


def require(
    capability: Capability, *, user_ref: Ref, controller_ref: Ref, at: datetime
) -> None:
    """Refuse unless one of the user's standing roles at this controller allows the act."""
    roles = Appointment.objects.filter(
        user_id=user_ref,
        user__is_active=True,
        controller_ref=controller_ref,
        appointed_at__lte=at,
        withdrawn_at__isnull=True,
    ).values_list("role", flat=True)
    if not any(capability in rules.capabilities_of(Role(role)) for role in roles):
        raise CapabilityMissingError(capability=capability)
