"""The states and kinds of the vault, and the values that it hands out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from callward.audit.states import Event
from callward.kernel.errors import gettext_noop as _
from callward.kernel.labels import Labelled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from callward.kernel.references import Ref

Plain = bytes | bytearray | memoryview

AUDIO = "audio"
CDR = "cdr"
BESIDE_A_FILE = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a database
OF_DATA, OF_KEYS = "data", "keys"  # the kinds of backups
OF_BASE, OF_LOG = "base", "log"  # of a server: all of it, and a piece of its archived log


class IntentState(StrEnum):
    """How far a destruction has come; each step can be repeated after a crash."""

    INTENDED = "intended"
    KEY_GONE = "key-gone"
    SWEPT = "swept"
    DONE = "done"


class IntentKind(StrEnum):
    """What a destruction takes away: an epoch's key, or single wraps."""

    EPOCH = "epoch"
    ERASE = "erase"


class ServiceKeyName(StrEnum):
    """The named keys of the house."""

    LOOKUP = "lookup"
    FIELDS = "fields"
    AUDIT = "audit"
    CERTIFICATE = "certificate"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSeal:
    """One recording in memory, with the epoch that it is locked to."""

    audio: Plain
    epoch: str
    parts: Mapping[str, bytes] = field(default_factory=dict)
    sha256: bytes = b""  # of the audio, where the caller has hashed these very bytes already


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPartFact:
    """One sealed object as it lies in the store."""

    name: str
    plain_size: int
    sealed_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A recording that is sealed, durable and read back; no row names it yet."""

    ref: Ref
    epoch: str
    sha256: bytes
    size: int
    parts: tuple[SealedPartFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentView:
    """A destruction that was decided."""

    ref: Ref
    kind: IntentKind
    state: IntentState
    epoch: str | None
    refs: tuple[Ref, ...]
    rule: str
    actor: str
    intended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Destruction:
    """The outcome of a destruction: what went, and how many key bytes were still found (0)."""

    intent: Ref
    refs: tuple[Ref, ...]
    wraps: int
    objects: int
    residue_bytes: int
    key_gone_at: datetime
    done_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What does not fit between rows, objects and wraps."""

    rows_without_objects: tuple[Ref, ...] = ()
    objects_without_rows: tuple[Ref, ...] = ()
    rows_without_wraps: tuple[Ref, ...] = ()
    wraps_without_rows: tuple[Ref, ...] = ()
    wraps_without_keys: tuple[Ref, ...] = ()
    foreign_objects: int = 0
    held: Mapping[str, tuple[Ref, ...]] = field(default_factory=dict)

    @property
    def faults(self) -> int:
        """Count what does not fit; a recording may be counted on several sides."""
        sides = (
            self.rows_without_objects,
            self.objects_without_rows,
            self.rows_without_wraps,
            self.wraps_without_rows,
            self.wraps_without_keys,
        )
        return sum(map(len, sides)) + self.foreign_objects

    @property
    def clean(self) -> bool:
        """Say whether every row has its object and wrap and the other way round."""
        return not self.faults


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """How many bytes of destroyed keys a scan of every file found."""

    files: int
    scanned_bytes: int
    residue_bytes: int
    where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What a replay of the destroyed-ledger did after a restore."""

    entries: int
    recordings: int
    rows: int
    hold_epochs: tuple[str, ...] = ()
    rescued: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFacts:
    """What a backup file says about itself in clear."""

    kind: str
    made_at: datetime
    dies_on: str
    ledger_position: int
    objects: int = 0
    name: str = ""  # of a piece of the log, or of the file that rows were moved out of
    digest: str = ""  # of a piece of the log, salted


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredBase:
    """A server that was unsealed from its base backup, and how far its log may be played on."""

    backup: BackupFacts
    pieces: int


class ArchiverFault(Labelled):
    """What is wrong with how a server archives its log."""

    FAILING = "failing", _("The server cannot archive its log.")
    IN_CLEAR = "in-clear", _("The server archives its log in clear, where nobody destroys it.")
    STOPPED = "stopped", _("The server archives no log, though this house keeps one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """When a backup was last restored for practice, and how that went."""

    at: datetime
    backup_made_at: datetime
    faults: int


class VaultEvent(Event):
    """What this package writes into the audit."""

    DATABASE_MOVED = ("vault.database.moved", _("The rows were moved to another database."))
    BACKUP_REPLAYED = (
        "vault.backup.replayed",
        _("What was destroyed since the backup was destroyed again."),
    )
    BACKUPS_DESTROYED = (
        "vault.backups.destroyed",
        _("Backups were destroyed on their day."),
    )
    BACKUP_TOLD_DESTROYED = (
        "vault.backup.told-destroyed",
        _("Somebody said that a backup was destroyed elsewhere."),
    )
    BACKUP_DRILLED = ("vault.backup.drilled", _("A backup was restored for practice."))
