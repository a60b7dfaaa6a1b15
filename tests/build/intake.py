"""A house with a real vault and an inbox, and what carriers put into it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from build.recordings import mp3_tone
from build.vault import plug_vault
from callward.audit import ports as audit
from callward.calls.states import CallDirection
from callward.config import wiring
from callward.intake import services
from callward.jobs import ports as jobs
from callward.kernel import clock
from callward.kernel.actors import system_actor
from callward.kernel.grow_only_file import KeptLines
from callward.kernel.numbers import PhoneNumber
from callward.retention import ports as retention
from callward.subjects import ports as subjects

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from callward.intake.values import DeclarationView, IntakeReport
    from callward.kernel.references import Ref

ACTOR = system_actor("intake")
BORIS = UUID("0195dc00-0000-7000-8000-0000000000b0")
LINE = "+442079460101"  # fictional range, as every number here
MARA = "+442079460777"
PETRAS = "+12025550143"
OLD = timedelta(minutes=5)


class SilentQueue:
    """Remembers what was handed over and does none of it."""

    def __init__(self) -> None:
        self.handed: list[tuple[str, tuple[str, ...]]] = []

    def prepare(self) -> None:
        """Nothing to prepare."""

    def enqueue(self, task: str, args: Sequence[str], *, key: str) -> None:
        self.handed.append((task, tuple(args)))


@dataclass(frozen=True, kw_only=True)
class House:
    """Where everything of one test lies."""

    top: Path
    inbox: Path
    queue: SilentQueue

    def contain(self, needle: bytes) -> list[Path]:
        """The files outside the inbox that hold these bytes."""
        return [
            path
            for path in self.top.rglob("*")
            if path.is_file() and self.inbox not in path.parents and needle in path.read_bytes()
        ]


def open_context(top: Path) -> House:
    """Plug real adapters that live below one folder."""
    plug_vault(top)
    queue = SilentQueue()
    jobs.queue.bind(queue)
    audit.signer.bind(wiring._Signer("audit"))
    retention.signer.bind(wiring._Signer("certificate"))
    audit.kept.bind(KeptLines(top / "keys" / "checkpoints.kept"))
    retention.proofs.bind(KeptLines(top / "keys" / "certificates.kept"))
    subjects.field_keys.bind(wiring._FieldKeys())
    inbox = top / "inbox"
    inbox.mkdir(exist_ok=True)
    return House(top=top, inbox=inbox, queue=queue)


def declare(controller_ref: Ref, **changes: Any) -> DeclarationView:
    """Sign that every caller of the line is told."""
    facts: dict[str, Any] = {
        "controller_ref": controller_ref,
        "system": "asterisk",
        "account": "*",
        "line": PhoneNumber(e164=LINE),
        "greeting": "Convorbirea este înregistrată.",
        "directions": frozenset({CallDirection.IN, CallDirection.OUT}),
        "begins_at": datetime(2020, 1, 1, tzinfo=UTC),
    }
    declaration = services.NewDeclaration(**(facts | changes))
    return services.declare_source(declaration, signed_by=BORIS, actor=ACTOR, at=clock.now())


def put(inbox: Path, name: str, content: bytes, *, settled: bool = True) -> Path:
    """Put a file into the inbox, by default long finished."""
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if settled:
        age(path)
    return path


def age(path: Path) -> None:
    """Make a file look as if nobody had touched it for minutes."""
    stamp = (clock.SystemClock().now() - OLD).timestamp()
    os.utime(path, (stamp, stamp), follow_symlinks=False)


def cdr_row(
    uniqueid: str, *, seconds: int, start: str = "2026-03-12 10:15:22", **changes: str
) -> str:
    """One line of Master.csv: a call of Mara to the line, answered by extension 101."""
    begun = datetime.fromisoformat(start)
    values = {
        "accountcode": "",
        "src": MARA,
        "dst": "101",
        "dcontext": "from-trunk",
        "clid": f'"Mara Exemplu" <{MARA}>',
        "channel": "PJSIP/trunk-00000001",
        "dstchannel": "PJSIP/101-00000002",
        "lastapp": "Dial",
        "lastdata": "PJSIP/101",
        "start": start,
        "answer": start,
        "end": str(begun + timedelta(seconds=seconds)),
        "duration": str(seconds),
        "billsec": str(seconds),
        "disposition": "ANSWERED",
        "amaflags": "DOCUMENTATION",
        "uniqueid": uniqueid,
        "userfield": "",
    }
    values |= changes
    return ",".join('"' + value.replace('"', '""') + '"' for value in values.values())


def tone(seconds: float = 3, *, hertz: int = 440) -> bytes:
    """A recording of nobody."""
    return mp3_tone(seconds=seconds, hertz=hertz)


def envelope(call_id: str = "call-1", **changes: Any) -> dict[str, Any]:
    """An envelope of a call that was announced, three seconds long."""
    facts: dict[str, Any] = {
        "schema": "callward.intake/1",
        "source": {"system": "upload", "account": "console"},
        "source_call_id": call_id,
        "recording_id": call_id,
        "direction": "in",
        "started_at": "2026-03-12T10:15:22+02:00",
        "answered_at": "2026-03-12T10:15:22+02:00",
        "ended_at": "2026-03-12T10:15:25+02:00",
        "parties": [{"role": "caller", "number": MARA}, {"role": "agent", "number": LINE}],
        "did": LINE,
        "talk_seconds": 3,
        "consent": {"basis": "announced"},
    }
    return facts | changes


def envelope_json(call_id: str = "call-1", **changes: Any) -> bytes:
    """The same on the wire."""
    return json.dumps(envelope(call_id, **changes)).encode()


def look(house: House, controller_ref: Ref) -> IntakeReport:
    """Look into the inbox once."""
    return services.take_in_folder(house.inbox, controller_ref, actor=ACTOR, at=clock.now())
