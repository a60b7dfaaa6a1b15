"""The front door of intake."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime
    from pathlib import Path

    from callward.intake.envelope import Envelope
    from callward.intake.upload import UploadedPlain
    from callward.intake.values import DeclarationView, IntakeReport, Receipt
    from callward.kernel.actors import Actor
    from callward.kernel.numbers import PhoneNumber
    from callward.kernel.references import Ref


def take_in_folder(
    path: Path,
    controller_ref: Ref,
    *,
    actor: Actor,
    at: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> IntakeReport:
    """Empty a folder into the vault: everything complete in it is kept, quarantined or refused."""
    raise NotImplementedError


def take_in(
    envelope: Envelope, upload: UploadedPlain, controller_ref: Ref, *, actor: Actor, at: datetime
) -> Receipt:
    """Take in one recording that was handed over with its envelope."""
    raise NotImplementedError


def recover(at: datetime) -> int:
    """Finish what a crash left: discard sealed objects that no row knows, and count them."""
    raise NotImplementedError


def declare_source(
    controller_ref: Ref,
    *,
    system: str,
    account: str,
    line: PhoneNumber | None,
    greeting: str,
    directions: Collection[str],
    begins_at: datetime,
    ends_at: datetime | None,
    signed_by: Ref,
    actor: Actor,
    at: datetime,
) -> DeclarationView:
    """Write down the signed word that a source's callers are told; account "*" means every one."""
    raise NotImplementedError


def withdraw_declaration(ref: Ref, *, actor: Actor, at: datetime) -> None:
    """End a declaration; what it vouched for stays."""
    raise NotImplementedError


def release_from_quarantine(ref: Ref, envelope: Envelope, *, actor: Actor, at: datetime) -> Ref:
    """Take in a quarantined recording with the facts that were missing."""
    raise NotImplementedError


def reject_quarantined(ref: Ref, *, actor: Actor, at: datetime) -> Ref | None:
    """Destroy a quarantined arrival; returns its certificate, None if nothing was sealed."""
    raise NotImplementedError
