"""A real vault in files, and recordings in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from callward.kernel.references import new_ref
from callward.vault import epochs, ports, services
from callward.vault.adapters import plug_file_vault
from callward.vault.s3_objects import S3Objects
from callward.vault.states import ToSeal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from callward.deployment.values import Objects
    from callward.kernel.references import Ref
    from callward.vault.states import Sealed

ROOT_KEY = bytes(range(32))
THERAPISTS = UUID("0195dc00-0000-7000-8000-000000000001")
NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
DUE = datetime(2026, 9, 29, tzinfo=UTC).date()
DUE_EPOCH = epochs.due_epoch(THERAPISTS, "call-recording", DUE)


@dataclass(frozen=True, kw_only=True)
class VaultFolders:
    """Where a test's vault lies."""

    top: Path
    objects: Path
    keys: Path

    def files(self) -> list[Path]:
        """List every file under the top."""
        return [path for path in self.top.rglob("*") if path.is_file()]

    def contain(self, needle: bytes) -> list[Path]:
        """List the files that contain some bytes."""
        return [path for path in self.files() if needle in path.read_bytes()]


class NoBook:
    """A vault alone keeps no audit."""

    how_many = "SELECT 0"

    def note_restore(self, *_facts: object, **_more: object) -> None:
        """Nothing to write."""


def plug_vault(
    top: Path, *, root_key: bytes = ROOT_KEY, place: Objects | None = None
) -> VaultFolders:
    """Make a real file vault under a folder and plug it; its objects may lie in a bucket."""
    folders = VaultFolders(top=top, objects=top / "objects", keys=top / "keys")
    plug_file_vault(objects=folders.objects, keys=folders.keys, root_key=root_key)
    if place is not None:
        ports.objects.bind(S3Objects(place))
    ports.restores.bind(NoBook())
    return folders


def objects_of(ref: Ref) -> list[str]:
    """Name what the store has of a recording."""
    return [name for name in ports.objects.get().names() if ref.hex in name]


def unplug_vault() -> None:
    """Leave nothing plugged for the next test."""
    for slot in (ports.key_store, ports.ledger, ports.objects):
        slot.unbind()


def speech(words: str, *, size: int = 200_000) -> bytes:
    """Make audio that a scan would recognise."""
    text = f"<<{words}>>".encode()
    return (text * (size // len(text) + 1))[:size]


def keep(
    words: Sequence[str], *, epoch: str = DUE_EPOCH, at: datetime = NOW, size: int = 200_000
) -> list[Sealed]:
    """Seal and register recordings."""
    items = [
        ToSeal(audio=speech(word, size=size), epoch=epoch, parts={"peaks": b"peaks"})
        for word in words
    ]
    group = services.seal_group(items, at=at)
    services.register(group, controller_ref=THERAPISTS, at=at)
    return group


def a_hold() -> str:
    """Name the epoch of a new hold."""
    return epochs.hold_epoch(THERAPISTS, new_ref())


def played(ref: Ref) -> bytes:
    """Read a whole recording."""
    return services.read_range(ref, "audio", 0, services.part_size(ref))
