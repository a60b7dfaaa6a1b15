"""Recordings that are really sealed, with their due instants, and a signer with a known key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from build.vault import plug_vault, speech
from callward.controllers import selectors as controllers
from callward.holdings.kinds import RECORDING
from callward.kernel import clock
from callward.kernel.actors import system_actor
from callward.kernel.calendar import parse_instant
from callward.kernel.grow_only_file import KeptLines
from callward.kernel.references import new_ref
from callward.retention import ports, selectors, services
from callward.retention.models import Certificate, DestroyedItem, Disposal, HeldItem, Hold
from callward.retention.states import HoldState
from callward.retention.values import NewItem
from callward.sealing import signatures
from callward.vault import services as vault
from callward.vault.states import ToSeal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from build.vault import VaultFolders
    from callward.kernel.references import Ref
    from callward.retention.values import DisposalRunView

RUNNER = system_actor("retention.run")
SEED = bytes(range(32, 64))
CALLED = datetime(2026, 1, 15, 13, 0, tzinfo=UTC)


class KnownSigner:
    """Signs with a key that tests know."""

    @property
    def public_key(self) -> bytes:
        return signatures.public_of(SEED)

    def sign(self, message: bytes) -> bytes:
        return signatures.sign(message, SEED)


def plug_signer(top: Path) -> None:
    """A known signer, and a place for its proofs."""
    ports.signer.bind(KnownSigner())
    ports.proofs.bind(KeptLines(top / "keys" / "certificates.kept"))


def plug_house(top: Path) -> VaultFolders:
    """A real vault in files and a known signer."""
    plug_signer(top)
    return plug_vault(top)


def local(text: str, controller_ref: Ref) -> datetime:
    """An instant on the controller's own clock."""
    return parse_instant(
        text, zone=controllers.policy_in_force(controller_ref, at=clock.now()).zone
    )


def keep(
    controller_ref: Ref,
    *,
    called: datetime = CALLED,
    words: Sequence[str] = ("good morning",),
    at: datetime | None = None,
    size: int = 4_000,
) -> list[Ref]:
    """Recordings of calls of one instant, sealed and registered as intake does it."""
    at = at or max(called + timedelta(minutes=5), datetime(2026, 1, 1, tzinfo=UTC))
    policy = controllers.policy_in_force(controller_ref, at=at)
    plan = services.plan(policy, RECORDING, controller_ref=controller_ref, happened_at=called)
    items = [ToSeal(audio=speech(word, size=size), epoch=plan.epoch) for word in words]
    group = vault.seal_group(items, at=at)
    with transaction.atomic():
        vault.register(group, controller_ref=controller_ref, at=at)
        services.register(
            [
                NewItem(
                    ref=sealed.ref,
                    controller_ref=controller_ref,
                    plan=plan,
                    started_at=called,
                    mark=f"sha256:{sealed.sha256.hex()}",
                )
                for sealed in group
            ],
            at=at,
        )
    return [sealed.ref for sealed in group]


def keep_one(controller_ref: Ref, *, called: datetime = CALLED, word: str = "good morning") -> Ref:
    """One recording."""
    return keep(controller_ref, called=called, words=[word])[0]


def hold(
    refs: Sequence[Ref], *, at: datetime, case: str = "KLG-2026-17", reason: str = "complaint"
):
    """A hold that the house itself placed."""
    return services.place_hold(
        refs, reason=reason, case=case, owner=new_ref(), actor=system_actor("tests"), at=at
    )


def run(at: datetime, controller_ref: Ref | None = None):
    """One disposal run."""
    return services.run_disposal(controller_ref, actor=RUNNER, at=at)


def recordings_in(run: DisposalRunView) -> int:
    """How many recordings went in a run; years later entries of the audit go as well."""
    sealed = Disposal.objects.filter(run_id=run.ref, activity="call-recording")
    return sum(sealed.values_list("count", flat=True))


def certificate_of(item_ref: Ref) -> Ref | None:
    """The certificate that speaks for a destroyed item, once it is signed."""
    gone = DestroyedItem.objects.filter(ref=item_ref, disposal__isnull=False).first()
    found = gone and Certificate.objects.filter(disposal=gone.disposal_id).first()
    return found.ref if found else None


def items_of_hold(hold_ref: Ref) -> list[Ref]:
    """The items under a hold."""
    return list(HeldItem.objects.filter(hold_id=hold_ref).values_list("item_ref", flat=True))


def holds_to_review(controller_ref: Ref, *, at: datetime) -> list[Ref]:
    """The holds whose review is overdue."""
    return [view.ref for view in selectors.holds(controller_ref, at=at) if view.overdue]


def notices_for_officer(controller_ref: Ref) -> list[Ref]:
    """Releases that take effect by delay unless the officer keeps the hold."""
    told = Hold.objects.filter(
        controller_ref=controller_ref,
        state=HoldState.RELEASE_ASKED,
        officer_told_at__isnull=False,
    )
    return list(told.order_by("passes_at").values_list("ref", flat=True))
