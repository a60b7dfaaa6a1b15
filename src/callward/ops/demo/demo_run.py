"""`scripts/demo --once`: a recording is kept, played and destroyed exactly as promised."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connections

from callward.audit import services as audit
from callward.calls.selectors import CallFilters
from callward.jobs import services as jobs
from callward.kernel import clock
from callward.kernel.actors import user_actor
from callward.ops.command_output import remark
from callward.ops.demo import cast, phone_line
from callward.ops.demo.visitor import Visitor, console_open
from callward.ops.errors import CheckFailedError
from callward.ops.folder_mark import write_mark
from callward.ops.supervision import callward_command
from callward.policy.vocabulary_notice import ErasureGround
from callward.promises import services as promises
from callward.promises.states import CheckState
from callward.recordings import selectors as recordings
from callward.retention import (
    ports as retention_ports,
    selectors as retained,
    services as retention,
)
from callward.vault import services as vault

if TYPE_CHECKING:
    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.ops.demo.cast import Pass
    from callward.ops.demo.demo_setup import Stage
    from callward.ops.demo.engines import Engines

COMPLAINT = datetime(2030, 11, 5, 9, 0, tzinfo=UTC)  # long after the call, before its due day
AFTERWARDS = datetime(2031, 3, 31, 0, 30, tzinfo=UTC)  # five years and a day after the last call
_COMPLAINED_OF = datetime(2026, 3, 9, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Show:
    """What the demonstration did, told as it goes."""

    stage: Stage
    passes: dict[str, Pass]
    actor: Actor
    engines: Engines | None = None
    started: float = field(default_factory=clock.stopwatch)
    told: dict[str, object] = field(default_factory=dict)

    def run(self) -> dict[str, object]:
        """Show everything, one act after the other."""
        self._count_what_came_in()
        refs = self._refs()
        self._play(refs)
        self._call()
        self._keep_promises()
        erased = self._erase_and_restore(refs)
        held = self._hold()
        self._destroy(refs, held=held)
        self._play_afterwards(held=held, gone=erased)
        self._look_at_what_is_left()
        self.told["seconds"] = round(clock.stopwatch() - self.started, 1)
        return self.told

    def _refs(self) -> list[Ref]:
        page = recordings.list_calls(self.stage.controller.ref, CallFilters())
        return [kept.ref for row in page.rows for kept in row.recordings if kept.playable]

    def _count_what_came_in(self) -> None:
        refs = self._refs()
        self.told["taken_in"] = self.stage.report.taken_in
        self.told["sealed"] = sum(vault.has_key(ref) for ref in refs)
        self.told["verified"] = sum(
            recordings.recording(ref).checked_at is not None for ref in refs
        )
        inbox = self.stage.folder.inbox / self.stage.controller.slug
        self.told["left_in_clear"] = sum(file.suffix == ".mp3" for file in inbox.rglob("*"))

    def _play(self, refs: list[Ref]) -> None:
        remark("Rita signs in, names a purpose and listens; Vera and a stranger try to.")
        with console_open(self.stage.folder) as base:
            rita, vera, stranger = Visitor(base), Visitor(base), Visitor(base)
            self.told["signed_in"] = rita.sign_in("rita", self.passes["rita"])
            vera.sign_in("vera", self.passes["vera"])
            heard = rita.hear(refs[0], "quality")
            answers = [
                rita.begin_playback(refs[0], ""),
                rita.begin_playback(refs[0], "curiosity"),
                vera.begin_playback(refs[0], "quality"),
                stranger.begin_playback(refs[0], "quality"),
            ]
        self.told["played"] = int(heard > 0)
        self.told["refused"] = sum(answer.status != HTTPStatus.CREATED for answer in answers)

    def _call(self) -> None:
        """Four calls over real SIP on this machine: in and out, with a yes and with a no."""
        remark("Mara and Petras ring; Ana rings back: one agrees, one refuses, each time.")
        with phone_line.line_open(self.stage.folder):
            counted = phone_line.show_calls(self.stage.line, self.stage.folder)
        self.told["calls"] = counted
        jobs.run_now("recordings.verify-waiting")

    def _keep_promises(self) -> None:
        remark("Every sentence of the notices that can be checked is checked.")
        views = promises.check_all(at=clock.now())
        self.told["promises_kept"] = sum(one.state is CheckState.GREEN for one in views)
        self.told["promises_broken"] = sorted(
            {str(one.probe) for one in views if one.state is CheckState.RED}
        )

    def _erase_and_restore(self, refs: list[Ref]) -> Ref:
        """Erase one after a backup, restore the backup, and see that it stays erased."""
        remark("A backup is made, one recording is erased, and the backup is restored.")
        erased, others = refs[-1], refs[:-1]
        with tempfile.TemporaryDirectory() as elsewhere:
            copy = Path(elsewhere) / "data.backup"
            self._command("backup", "data", "--to", str(copy))
            retention.erase(
                erased, ground=ErasureGround.OBJECTION, actor=self.actor, at=clock.now()
            )
            connections.close_all()
            self._command("restore", "--data", str(copy))
        survivors = [ref for ref in others if vault.open_part(ref).read(0, 1)]
        self.told["erased_stays_erased"] = not vault.has_key(erased)
        self.told["others_survive_restore"] = len(survivors) == len(others)
        return erased

    def _hold(self) -> Ref:
        """A complaint comes: its recording is kept although its day comes."""
        self._move_clock(COMPLAINT)
        remark("Years later a complaint comes; the recording it needs is held.")
        page = recordings.list_calls(
            self.stage.controller.ref,
            CallFilters(
                started_from=_COMPLAINED_OF, started_before=_COMPLAINED_OF + timedelta(days=1)
            ),
        )
        held = page.rows[0].recordings[0].ref
        officer = cast.user_of("daiva")
        retention.place_hold(
            [held],
            reason="complaint",
            case="C-2030-17",
            owner=officer,
            actor=user_actor(officer),
            at=clock.now(),
        )
        self.told["held"] = 1
        return held

    def _destroy(self, refs: list[Ref], *, held: Ref) -> None:
        self._move_clock(AFTERWARDS)
        remark("The due days have come: the rest is destroyed and certified.")
        if self.engines is not None:
            self.engines.remember(ref for ref in refs if ref != held and vault.has_key(ref))
        run = retention.run_disposal(None, actor=self.actor, at=clock.now())
        self.told["destroyed"] = sum(not vault.has_key(ref) for ref in refs)
        self.told["overdue_after"] = run.overdue_after
        self.told["still_held"] = vault.has_key(held)
        certificates = retained.certificates()
        self.told["certificates"] = len(certificates)
        proven = [self._is_proven_offline(one.document) for one in certificates]
        self.told["certificates_verified_offline"] = bool(proven) and all(proven)

    def _is_proven_offline(self, document: bytes) -> bool:
        """A stranger with the public key and no data folder checks a certificate."""
        public_key = retention_ports.signer.get().public_key.hex()
        with tempfile.TemporaryDirectory() as elsewhere:
            file = Path(elsewhere) / "certificate"
            file.write_bytes(document)
            words = ("certificate", "verify", str(file), "--key", public_key, "--json")
            told = self._command(*words, folder=Path(elsewhere) / "nothing")
        return json.loads(told)["verified"] is True

    def _play_afterwards(self, *, held: Ref, gone: Ref) -> None:
        remark("Boris may still hear the held one, and nobody the others.")
        at, boris_ref = clock.now(), cast.user_of("boris")
        controller_ref = self.stage.controller.ref
        cast.train(boris_ref, controller_ref, actor=self.actor, at=at)
        cast.grant(boris_ref, controller_ref, "complaints", actor=self.actor, at=at)
        with console_open(self.stage.folder) as base:
            boris = Visitor(base)
            boris.sign_in("boris", self.passes["boris"])
            self.told["held_still_plays"] = boris.hear(held, "complaints") > 0
            refusal = boris.begin_playback(gone, "complaints")
        self.told["gone_is_refused"] = refusal.status in {HTTPStatus.GONE, HTTPStatus.NOT_FOUND}

    def _look_at_what_is_left(self) -> None:
        remark("Every file is searched for destroyed keys, and the audit is verified.")
        audit.checkpoint(at=clock.now())
        self.told["residue_bytes"] = vault.scan().residue_bytes
        self.told["reconciled"] = vault.reconcile().clean
        self.told["audit_verified"] = audit.verify().ok
        if self.engines is not None:
            remark("Tables, log, replica and objects are searched for what was destroyed.")
            self.told["engines"] = self.engines.look()

    def _move_clock(self, showing: datetime) -> None:
        mark = write_mark(self.stage.folder, showing=showing)
        clock.set_clock(mark.clock())

    def _command(self, *words: str, folder: Path | None = None) -> str:
        env = {**os.environ, "CALLWARD_DATA": str(folder or self.stage.folder.root)}
        done = subprocess.run(  # noqa: S603  # our own command
            callward_command(*words), env=env, check=False, capture_output=True, text=True
        )
        if done.returncode:
            remark(done.stderr.strip())
            raise CheckFailedError(count=1)
        return done.stdout


EXPECTED = {
    "promises_broken": [],
    "calls": {"in-refused": 1, "in-stored": 1, "out-refused": 1, "out-stored": 1},
    "signed_in": True,
    "played": 1,
    "refused": 4,
    "left_in_clear": 0,
    "erased_stays_erased": True,
    "others_survive_restore": True,
    "held": 1,
    "still_held": True,
    "overdue_after": 0,
    "certificates_verified_offline": True,
    "held_still_plays": True,
    "gone_is_refused": True,
    "residue_bytes": 0,
    "reconciled": True,
    "audit_verified": True,
}


def faults_in(told: dict[str, object]) -> list[str]:
    """What did not come out as promised."""
    faults = [name for name, promised in EXPECTED.items() if told.get(name) != promised]
    kept = (told.get("sealed"), told.get("verified"))
    if not told.get("taken_in") or any(count != told["taken_in"] for count in kept):
        faults.append("taken_in")
    if told.get("destroyed") != (told.get("taken_in") or 0) - 1:  # type: ignore[operator]  # a count
        faults.append("destroyed")
    engines = told.get("engines")
    if isinstance(engines, dict) and (any(engines["residue"].values()) or not engines["before"]):
        faults.append("engines")
    return faults
