"""What can be asked of retention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.retention.certificates import print_certificate
from callward.retention.certification import certificate_view
from callward.retention.errors import HoldUnknownError, ItemUnknownError
from callward.retention.models import (
    Certificate,
    DestroyedItem,
    DisposalRun,
    HeldItem,
    Hold,
    Item,
)
from callward.retention.overdue import count_overdue
from callward.retention.permitted_use import hold_view, holds_in_force, why_still_here
from callward.retention.states import HoldState, RunState
from callward.retention.values import DisposalRunView, HeldLine, HoldView

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.retention.values import CertificateView


def held_lines(controller_ref: Ref | None, *, at: datetime) -> list[HeldLine]:
    """Every held item with the hold that keeps it."""
    rows = HeldItem.objects.filter(in_force=True, hold__in=holds_in_force(at))
    if controller_ref is not None:
        rows = rows.filter(hold__controller_ref=controller_ref)
    return [
        HeldLine(
            ref=row.item_ref,
            hold_ref=row.hold.ref,
            reason=row.hold.reason,
            case=row.hold.case,
            review_on=row.hold.review_on,
        )
        for row in rows.select_related("hold").order_by("hold__placed_at", "item_ref")
    ]


def held_refs(controller_ref: Ref) -> set[Ref]:
    """The items of a controller that a hold stops."""
    rows = HeldItem.objects.filter(in_force=True, hold__controller_ref=controller_ref)
    return set(rows.values_list("item_ref", flat=True))


def held_among(refs: Iterable[Ref]) -> set[Ref]:
    """Those of these items that a hold stops."""
    rows = HeldItem.objects.filter(in_force=True, item_ref__in=list(refs))
    return set(rows.values_list("item_ref", flat=True))


def hold(hold_ref: Ref, *, at: datetime) -> HoldView:
    """One hold; raises HoldUnknownError."""
    row = Hold.objects.filter(ref=hold_ref).first()
    if row is None:
        raise HoldUnknownError(ref=hold_ref)
    return hold_view(row, at=at)


def holds(controller_ref: Ref, *, at: datetime, closed: Sequence[HoldState] = ()) -> list[HoldView]:
    """The holds of a controller that are in force, and closed ones of the named states."""
    rows = Hold.objects.filter(controller_ref=controller_ref)
    wanted = [HoldState.PLACED, HoldState.RELEASE_ASKED, *closed]
    return [hold_view(row, at=at) for row in rows.filter(state__in=wanted).order_by("review_on")]


def is_of(controller_ref: Ref, ref: Ref) -> bool:
    """Whether a reference names an item, kept or destroyed, a hold or a certificate of theirs."""
    if DestroyedItem.objects.filter(ref=ref, disposal__controller_ref=controller_ref).exists():
        return True
    return any(
        model.objects.filter(ref=ref, controller_ref=controller_ref).exists()
        for model in (Item, Hold, Certificate)
    )


def certificates(controller_ref: Ref | None = None, *, limit: int = 100) -> list[CertificateView]:
    """The newest certificates first."""
    rows = Certificate.objects.select_related("disposal").order_by("-made_at", "-ref")
    if controller_ref is not None:
        rows = rows.filter(controller_ref=controller_ref)
    return [certificate_view(row) for row in rows[:limit]]


def certificate(ref: Ref) -> CertificateView:
    """One certificate; raises ItemUnknownError."""
    row = Certificate.objects.select_related("disposal").filter(ref=ref).first()
    if row is None:
        raise ItemUnknownError(ref=ref)
    return certificate_view(row)


def certificate_pdf(ref: Ref, *, language: str = "en") -> bytes:
    """One certificate as a page to print; raises ItemUnknownError."""
    return print_certificate(certificate(ref).document, language=language)


def disposal_runs(controller_ref: Ref | None = None, *, limit: int = 50) -> list[DisposalRunView]:
    """The newest runs first; runs over everybody belong to every controller's list."""
    rows = DisposalRun.objects.order_by("-started_at", "-ref")
    if controller_ref is not None:
        rows = rows.filter(controller_ref__in=[controller_ref]) | rows.filter(
            controller_ref__isnull=True
        )
    return [run_view(row) for row in rows[:limit]]


def run_view(run: DisposalRun, *, held: Sequence[HeldLine] = ()) -> DisposalRunView:
    """A run as the console and the command show it."""
    made = Certificate.objects.filter(disposal__run=run).order_by("ref")
    return DisposalRunView(
        ref=run.ref,
        state=RunState(run.state),
        started_at=run.started_at,
        finished_at=run.finished_at,
        due=run.due,
        destroyed=run.destroyed,
        held=run.held,
        overdue_after=run.overdue_after,
        residue_bytes=run.residue_bytes,
        certificates=tuple(made.values_list("ref", flat=True)),
        held_items=tuple(held),
    )
