"""What may be asked about intake."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callward.intake.states import QuarantineState
    from callward.intake.values import DeclarationView, Page, QuarantinedView
    from callward.kernel.references import Ref


def deliveries_of(delivered_by: str, *, after: Ref | None = None, limit: int = 50) -> Page:
    """What one source has handed over, newest first; nobody else's."""
    raise NotImplementedError


def quarantine(
    controller_ref: Ref, *, state: QuarantineState | None = None, limit: int = 200
) -> list[QuarantinedView]:
    """What waits in quarantine, newest first."""
    raise NotImplementedError


def quarantined(ref: Ref) -> QuarantinedView:
    """One quarantined arrival; raises NothingInQuarantineError."""
    raise NotImplementedError


def declarations(controller_ref: Ref) -> list[DeclarationView]:
    """Every source declaration of a controller, newest first."""
    raise NotImplementedError
