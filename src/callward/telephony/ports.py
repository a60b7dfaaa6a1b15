"""What the house side of the phone line needs from outside: the spool, and the line itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from callward.kernel.ports import Port
from callward.subjects.ports import SealedTexts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.line.states import Party
    from callward.telephony.values import JournalCall, LineStatus, PermitView

sealed_texts = SealedTexts("telephony")


class Spooled(Protocol):
    """One call in the spool, opened."""

    whole: bool  # whether the line finished it; otherwise the line fell, and this was saved
    ledger: bytes
    envelope: bytes
    has_audio: bool

    @property
    def seconds(self) -> float: ...
    def alaw(self, party: Party) -> Iterable[bytes]:
        """What was heard of one party, silence where nothing came."""


class SpoolDoor(Protocol):
    """The spool as its collector sees it."""

    def finished(self) -> Sequence[Ref]: ...
    def unfinished(self) -> Sequence[Ref]: ...
    def open(self, ref: Ref) -> AbstractContextManager[Spooled]: ...
    def discard(self, ref: Ref) -> None:
        """Let go of a call that is kept elsewhere; safe to call twice."""


class LineControl(Protocol):
    """The line's control channel; every call raises LineDownError when nobody answers."""

    def reload(self) -> None: ...
    def status(self) -> LineStatus: ...
    def presence(self, phone: Ref, *, ready: bool) -> None: ...
    def dial(self, permit: PermitView) -> Ref: ...
    def click(self, call: Ref, phone: Ref, *, agreed: bool) -> None: ...
    def stop(self, call: Ref, phone: Ref) -> None: ...
    def pause(self, call: Ref, phone: Ref, *, reason: str) -> None: ...
    def resume(self, call: Ref, phone: Ref) -> None: ...
    def hang_up(self, call: Ref, phone: Ref) -> None: ...


class Journal(Protocol):
    """Which calls the line began and ended on a day, told apart from the spool."""

    def calls_of(
        self, began: datetime, ended: datetime, *, controller: str
    ) -> Sequence[JournalCall]: ...


spool: Port[SpoolDoor] = Port("telephony.spool")
line: Port[LineControl] = Port("telephony.line")
journal: Port[Journal] = Port("telephony.journal")
