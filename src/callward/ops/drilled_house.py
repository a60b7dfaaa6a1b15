"""What a drill does inside its place: put rows back, replay what was destroyed, and look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management import call_command
from django.db import connections

from callward.audit import selectors as audited, services as audit
from callward.kernel.errors import CallwardError, RefusedError, gettext_noop
from callward.ops.data_folder import DataFolder
from callward.ops.errors import OpsError
from callward.retention import services as retention
from callward.vault import services as vault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from callward.kernel.references import Ref
    from callward.ops.command_context import CommandContext

SAMPLE = 50  # kept recordings that are opened to their end, spread over all


class NotADrillError(OpsError, RefusedError):
    """The steps of a drill would replace the rows of a house."""

    code = "not-a-drill"
    fact = gettext_noop("This data folder is not the place of a drill.")
    mend = gettext_noop("Run “callward backup drill” on the house.")


def require_drill(folder: DataFolder) -> None:
    """Refuse every folder but the one that a drill makes inside a house."""
    outside = DataFolder(root=folder.root.parent)
    if folder.root.name != "drill" or not (outside.root / "drill.lock").exists():
        raise NotADrillError


def put_back(house: CommandContext, source: Path) -> dict[str, Any]:
    """Make the tables and fill them from the backup; rows stay out of the server's log."""
    _only_read_objects(house.folder)
    call_command("migrate", interactive=False, verbosity=0)
    vault.leave_log_alone()
    connections.close_all()
    vault.restore(source, database=house.folder.database, at=house.at)
    connections.close_all()
    return {"rows_restored": sum(vault.count_rows().values())}


def _only_read_objects(folder: DataFolder) -> None:
    if folder.chosen.objects.on_s3:
        vault.borrow_objects(folder.objects)


def look(house: CommandContext) -> dict[str, Any]:
    """Replay the ledger, as after every restore, and then try what must open and what must not."""
    _only_read_objects(house.folder)
    audit.record_restore(actor=house.actor, at=house.at)
    audit.destroy_again(actor=house.actor, at=house.at)
    replayed = vault.replay(at=house.at)
    settled = retention.settle_after_replay(house.at)
    verified, compared = audit.verify(), vault.reconcile()
    destroyed, sample = sorted(vault.destroyed_refs()), _sample(vault.item_refs())
    signed = audited.latest_checkpoint()
    return {
        "rows": sum(vault.count_rows().values()),
        "entries_replayed": replayed.entries,
        "recordings_destroyed_again": replayed.recordings,
        "audit_size": verified.size,
        "audit_root": signed.note.split("\n")[2] if signed else "",
        "audit_faults": len(verified.faults),
        "destroyed": len(destroyed),
        "destroyed_readable": sum(vault.has_key(ref) or _opens(ref) for ref in destroyed),
        "sample": len(sample),
        "sample_unreadable": sum(not _opens(ref) for ref in sample),
        "objects_missing": len(compared.rows_without_objects),
        "keys_missing": len(compared.rows_without_wraps),
        "proofs_refused": list(settled.proofs_refused),
    }


def _sample(refs: Sequence[Ref]) -> Sequence[Ref]:
    return refs[:: max(1, -(-len(refs) // SAMPLE))]


def _opens(ref: Ref) -> bool:
    try:
        vault.verify_part(ref)
    except CallwardError:
        return False
    return True
