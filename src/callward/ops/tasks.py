"""What the worker does by itself, and when; periods of people's rights are in the policies."""

from __future__ import annotations

from django.db import transaction

from callward.audit import selectors as audited, services as audit
from callward.jobs.services import every
from callward.kernel import clock
from callward.kernel.actors import system_actor
from callward.ops.backup_lives import data_lives
from callward.vault import services as vault
from callward.vault.states import OF_BASE, OF_DATA, OF_KEYS, OF_LOG, VaultEvent


@every("* * * * *", "audit.sign")
def sign_the_audit() -> None:
    """Sign what the audit tree is now."""
    audit.checkpoint(at=clock.now())


@every("5 * * * *", "backups.destroy-expired")
def destroy_expired_backups() -> None:
    """Destroy backups on their day, wherever they were written, and what a crash left of that."""
    at = clock.now()
    if vault.is_archived():
        vault.open_archive(data_lives(at))  # a policy may promise another life since
    for due in vault.due_backups(at=at):
        done = vault.destroy_backups(due, at=at)
        if (done.files or done.missed) and not audited.history(done.ref, limit=1):
            with transaction.atomic():
                audit.record(
                    VaultEvent.BACKUPS_DESTROYED,
                    item=done.ref,
                    actor=system_actor("backups.destroy-expired"),
                    at=at,
                    data=done.files[OF_DATA],
                    keys=done.files[OF_KEYS],
                    base=done.files[OF_BASE],
                    log=done.files[OF_LOG],
                    missed=done.missed,
                )
        vault.close_backups(done)
