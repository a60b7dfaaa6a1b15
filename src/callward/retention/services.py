"""What retention does: plan, register, refuse, hold, dispose, erase, certify."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.retention.values import (
    CertificateView,
    DisposalRunView,
    HoldView,
    NewItem,
    Plan,
    Preview,
    Reason,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.policy.compiled import CompiledPolicy
    from callward.retention.states import ErasureGround

__all__ = ["CertificateView", "DisposalRunView", "HoldView", "NewItem", "Plan", "Preview", "Reason"]


def plan(policy: CompiledPolicy, *, controller_ref: Ref, started_at: datetime) -> Plan:
    """Where a recording of this start is sealed to and when it ends; asked before sealing."""
    raise NotImplementedError


def register(items: Sequence[NewItem], *, at: datetime) -> None:
    """Start the count of recordings just sealed, inside the caller's transaction."""
    raise NotImplementedError


def require_usable(ref: Ref, at: datetime) -> None:
    """Refuse every use from the due instant on; raises RecordingGoneError, ItemUnknownError."""
    raise NotImplementedError


def why_still_here(ref: Ref, at: datetime) -> Reason:
    """The rule, the day and the holds that keep an item; raises like require_usable."""
    raise NotImplementedError


def place_hold(
    refs: Sequence[Ref],
    *,
    reason: str,
    case: str,
    owner: Ref,
    actor: Actor,
    at: datetime,
    review_on: date | None = None,
) -> HoldView:
    """Stop the disposal of some recordings of one controller for a named case."""
    raise NotImplementedError


def ask_release(hold_ref: Ref, *, actor: Actor, at: datetime) -> HoldView:
    """Ask for the end of a hold; a second person approves, or the policy's delay passes (D-19)."""
    raise NotImplementedError


def approve_release(hold_ref: Ref, *, actor: Actor, at: datetime) -> HoldView:
    """End a hold that somebody else asked to release."""
    raise NotImplementedError


def run_disposal(
    controller_ref: Ref | None,
    *,
    actor: Actor,
    at: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> DisposalRunView:
    """Destroy everything that is due and not held, and certify it."""
    raise NotImplementedError


def preview_disposal(at: datetime, controller_ref: Ref | None = None) -> Preview:
    """What a run would destroy and leave; changes nothing."""
    raise NotImplementedError


def erase(
    ref: Ref, *, ground: ErasureGround, actor: Actor, at: datetime, marks: Sequence[str] = ()
) -> CertificateView:
    """Destroy one recording by an approved erasure; raises RecordingHeldError when held."""
    raise NotImplementedError


def is_tombstoned(controller_ref: Ref, *, marks: Sequence[str], at: datetime) -> bool:
    """Whether one of these marks belongs to a recording erased before its due day."""
    raise NotImplementedError


def finish_open_disposals(at: datetime) -> int:
    """Finish what a crash left half destroyed; start-up calls it before service opens."""
    raise NotImplementedError


def reassess(controller_ref: Ref, at: datetime) -> int:
    """Measure what is kept against the policy in force: shorter applies at once, longer never."""
    raise NotImplementedError


def certify_refused_backlog(
    controller_ref: Ref,
    *,
    count: int,
    items_digest: str,
    policy: CompiledPolicy,
    actor: Actor,
    at: datetime,
) -> CertificateView:
    """Certify recordings that came past due and were never stored (D-17): counts only."""
    raise NotImplementedError
