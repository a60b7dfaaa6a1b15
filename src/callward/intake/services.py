"""The front door of intake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.intake.context import open_context
from callward.intake.crash_recovery import recover
from callward.intake.envelope import Envelope, parse_envelope
from callward.intake.folder_import import FolderImport
from callward.intake.inbox import open_inbox
from callward.intake.quarantine_decisions import reject_quarantined, release_from_quarantine
from callward.intake.source_declarations import NewDeclaration, declare_source, withdraw_declaration
from callward.intake.uploads import Upload, sealing, take_in_group, take_in_own, take_in_upload
from callward.intake.values import IntakeReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from callward.kernel.actors import Actor
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
    context = open_context(controller_ref, actor=actor, at=at)
    report = IntakeReport()
    with open_inbox(path) as inbox, sealing():
        FolderImport(inbox, context, report, progress).take()
    return report
