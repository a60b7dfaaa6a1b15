"""Setting the stage: a fresh folder, five controllers, the cast, a carrier's export taken in."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from callward.deployment import FILE
from callward.kernel import clock
from callward.kernel.disk import own_folder
from callward.ops.errors import NotADemoError, UnreadableFileError
from callward.ops.folder_mark import is_marked, write_mark

if TYPE_CHECKING:
    from callward.controllers.selectors import ControllerView
    from callward.intake.services import NewDeclaration
    from callward.intake.values import IntakeReport
    from callward.kernel.actors import Actor
    from callward.ops.data_folder import DataFolder

CLONE = Path(__file__).resolve().parents[4]
OPENING = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # a summer-time night, after every sample call
SHOWN = "therapy-association"
_LINE = "+442079460101"
_OLD_ENOUGH = 60  # seconds; the door takes a file whose size has stood still


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What was set up."""

    folder: DataFolder
    controller: ControllerView
    line: ControllerView  # whose telephone is shown
    report: IntakeReport


def empty_stage(folder: DataFolder) -> None:
    """Clear the folder of an earlier demonstration but what it chose; touches nothing else."""
    told = folder.root / FILE
    chosen = told.read_text() if told.is_file() else None
    if folder.root.exists() and any(path != told for path in folder.root.iterdir()):
        if not is_marked(folder):
            raise NotADemoError
        shutil.rmtree(folder.root)  # noqa: TID251  # a demonstration's own folder, marked as one
    own_folder(folder.root)
    if chosen is not None:
        told.write_text(chosen)
    folder.root.chmod(0o700)  # an empty folder that was there before may be open to others
    write_mark(folder, showing=OPENING)


def set_stage(folder: DataFolder, *, actor: Actor) -> Stage:
    """Load the sample controllers, engage the cast, take the carrier's export in."""
    from callward.controllers import services as controllers  # noqa: PLC0415  # after Django
    from callward.jobs import services as jobs  # noqa: PLC0415  # after Django
    from callward.ops.demo import cast, phone_line  # noqa: PLC0415  # after Django

    at = clock.now()
    added = {}
    for file in sorted((CLONE / "policies").glob("*.toml")):
        view = controllers.add_controller(file.read_bytes(), actor=actor, at=at)
        (folder.inbox / view.slug).mkdir(mode=0o700)
        added[view.slug] = view
    controller = added[SHOWN]
    passes = cast.engage(controller, actor=actor, at=at)
    report = _take_in_export(folder, controller, actor=actor)
    cast.keep_passes(folder, passes)
    phone_line.connect(added[phone_line.SHOWN], folder, actor=actor)
    jobs.run_now("notices.publish")
    jobs.run_now("promises.check")
    return Stage(folder=folder, controller=controller, line=added[phone_line.SHOWN], report=report)


def _take_in_export(
    folder: DataFolder, controller: ControllerView, *, actor: Actor
) -> IntakeReport:
    from callward.intake import services as intake  # noqa: PLC0415  # after Django
    from callward.jobs import services as jobs  # noqa: PLC0415  # after Django
    from callward.ops.demo.cast import user_of  # noqa: PLC0415  # after Django

    intake.declare_source(
        _declaration(controller), signed_by=user_of("daiva"), actor=actor, at=clock.now()
    )
    inbox = folder.inbox / controller.slug
    _drop_export(inbox)
    report = intake.take_in_folder(inbox, controller.ref, actor=actor, at=clock.now())
    jobs.run_now("recordings.verify-waiting")
    return report


def _declaration(controller: ControllerView) -> NewDeclaration:
    from callward.calls.states import CallDirection  # noqa: PLC0415  # after Django
    from callward.intake import services as intake  # noqa: PLC0415  # after Django
    from callward.kernel.numbers import parse_number  # noqa: PLC0415  # beside its only use

    return intake.NewDeclaration(
        controller_ref=controller.ref,
        system="asterisk",
        account="*",
        line=parse_number(_LINE, region="GB"),
        greeting="Callers hear before connection that the conversation is recorded.",
        directions=frozenset({CallDirection("in"), CallDirection("out")}),
        begins_at=OPENING - timedelta(days=60),
        ends_at=None,
    )


def _drop_export(inbox: Path) -> None:
    """Copy the carrier's export as the carrier would: recordings and their CDR file."""
    export = CLONE / "samples" / SHOWN
    if not export.is_dir():
        raise UnreadableFileError
    stood_still = clock.SystemClock().now().timestamp() - _OLD_ENOUGH
    for file in sorted(export.iterdir()):
        if file.suffix in {".mp3", ".csv"}:
            copy = inbox / file.name
            shutil.copyfile(file, copy)
            os.utime(copy, (stood_still, stood_still))
