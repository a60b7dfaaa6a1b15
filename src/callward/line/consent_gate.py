"""The consent gate: the only way from a call's audio to its spool, shut unless proven open.

It alone holds the writer. Frames come on the media thread, everything else on the loop thread.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from callward.line.errors import EvidenceMissingError, NotNowError
from callward.line.rules import require_evidence
from callward.line.states import Entry, GateState, RecordingFate

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from callward.line.call_ledger import Fact, LedgerBook
    from callward.line.ports import FrameWriter
    from callward.line.rules import CallRules, ConsentEvidence
    from callward.line.states import Codec, Party
    from callward.policy.vocabulary import Direction

# Audio spoken before the answer may still be under way when the answer has arrived.
SETTLES = 0.12


class ConsentGate:
    """Drops every frame unless open; opens on evidence alone; once shut, it stays shut."""

    def __init__(
        self,
        *,
        rules: CallRules,
        direction: Direction,
        ledger: LedgerBook,
        steady: Callable[[], float],
    ) -> None:
        self._rules, self._direction = rules, direction
        self._ledger, self._steady = ledger, steady
        self._lock = threading.Lock()
        self._writer: FrameWriter | None = None
        self._through: FrameWriter | None = None
        self._from = 0.0
        self._pauses: list[str] = []
        self._paused_at = 0.0
        self._shut = False
        self.dropped = 0

    @property
    def state(self) -> GateState:
        """Where the gate stands."""
        if self._shut:
            return GateState.SHUT
        if self._writer is None:
            return GateState.CLOSED
        return GateState.PAUSED if self._pauses else GateState.OPEN

    def pauses_for(self, label: str) -> bool:
        """Whether this pause runs."""
        return label in self._pauses and not self._shut

    def frame(self, party: Party, codec: Codec, payload: bytes, at: float) -> None:
        """Take a frame through, or drop it."""
        with self._lock:
            if self._through is None or at < self._from:
                self.dropped += 1
                return
            self._through.write(party, codec, payload, at)

    def open(
        self, evidence: ConsentEvidence, *, at: datetime, begin: Callable[[float], FrameWriter]
    ) -> None:
        """Let frames through from now on; raises EvidenceMissingError, and then stays closed."""
        if self.state is not GateState.CLOSED:
            raise NotNowError(why=f"gate-{self.state}")
        if self._ledger.has(Entry.REFUSED):
            raise EvidenceMissingError(why="refused")
        require_evidence(self._rules, evidence, direction=self._direction, at=at)
        self._ledger.add(
            Entry.OPENED,
            at=at,
            evidence=str(evidence.kind),
            announcement=evidence.announcement,
            language=evidence.language,
            by=evidence.by,
        )
        start = self._steady() + SETTLES
        writer = begin(start)
        self._ledger.follow(writer.note)
        with self._lock:
            self._writer = self._through = writer
            self._from = start

    def pause(self, label: str, *, at: datetime) -> None:
        """Let nothing through until this pause, and every other, is over."""
        if self.state not in {GateState.OPEN, GateState.PAUSED} or label in self._pauses:
            raise NotNowError(why=f"gate-{self.state}")
        with self._lock:
            self._through = None
        if not self._pauses:
            self._paused_at = self._steady()
        self._pauses.append(label)
        self._ledger.add(Entry.PAUSED, at=at, reason=label)

    def resume(self, label: str, *, at: datetime, by: str) -> None:
        """End one pause; the timeline keeps its length, and the gap its label."""
        if self.state is not GateState.PAUSED or label not in self._pauses:
            raise NotNowError(why=f"gate-{self.state}")
        self._ledger.add(Entry.RESUMED, at=at, reason=label, by=by)
        first = self._pauses[0]
        self._pauses.remove(label)
        if not self._pauses and self._writer is not None:
            start = self._steady() + SETTLES
            self._writer.gap(began=self._paused_at, ended=start, label=first)
            with self._lock:
                self._through, self._from = self._writer, start

    def stop(self, *, at: datetime, by: str) -> None:
        """Record nothing more of this call; what was recorded with consent is kept."""
        self._bar()
        self._ledger.add(Entry.STOPPED, at=at, by=by)

    def refuse(self, *, at: datetime, by: str) -> None:
        """Record nothing of this call, and make unreadable what was recorded already."""
        self._bar()
        self._ledger.add(Entry.REFUSED, at=at, by=by)
        self._ledger.unfollow()
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.abandon()

    def block(self, *, at: datetime, why: str) -> None:
        """Never open in this call, because something that recording needs is absent."""
        self._bar()
        self._ledger.add(Entry.BLOCKED, at=at, why=why)

    def end(self, *, at: datetime, envelope: Callable[[], bytes], **facts: Fact) -> bool:
        """Shut the ledger and hand over; False when there is no audio to hand over."""
        self._bar()
        fate = str(self._fate())
        self._ledger.add(Entry.SHUT, at=at, fate=fate, **facts)
        writer, self._writer = self._writer, None
        if writer is None:
            return False
        writer.finish(self._ledger.as_bytes(), envelope())
        return True

    def _bar(self) -> None:
        with self._lock:
            self._through = None
        self._shut = True

    def _fate(self) -> RecordingFate:
        if self._ledger.has(Entry.REFUSED):
            return RecordingFate.REFUSED
        if self._writer is not None:
            return RecordingFate.DEGRADED if self._writer.failed else RecordingFate.STORED
        if self._ledger.has(Entry.OPENED):
            return RecordingFate.FAILED
        return RecordingFate.BLOCKED if self._ledger.has(Entry.BLOCKED) else RecordingFate.ABSENT
