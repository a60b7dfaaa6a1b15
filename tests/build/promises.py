"""A house whose promises are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from build.audit import plug_signer
from build.recordings import house
from build.retention import KnownSigner
from callward.kernel import clock
from callward.kernel.grow_only_file import KeptLines
from callward.promises import ports
from callward.promises.probe_context import glance
from callward.promises.registry import every_probe
from callward.retention import ports as retention
from callward.texts.states import CheckName

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from build.recordings import House
    from callward.promises.probe_context import Count
    from callward.texts.states import Probe


@dataclass(kw_only=True)
class Folders:
    """The world as a test lays it out."""

    root: Path
    place: str = "RO"

    @property
    def database(self) -> Path:
        return self.root / "db" / "none.sqlite3"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def objects(self) -> Path:
        return self.root / "objects"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def spool(self) -> Path:
        return self.root / "spool"

    @property
    def backups(self) -> Path:
        return self.root / "backups"

    def places(self) -> frozenset[str]:
        return frozenset({self.place})


class NobodyAnswers:
    """Contacts of which this machine can tell nothing."""

    answer: bool | None = None

    def mail(self, address: str) -> bool | None:
        return self.answer

    def web(self, address: str) -> bool | None:
        return self.answer


class NoVisitor:
    """Nobody opens the public pages."""

    def cookies_of(self, page: str) -> None:
        return None


def promised_house(top: Path, *, name: str = "therapy-association") -> House:
    """The house of a sample controller, with a world to look at."""
    plug_signer()
    home = house(top, name=name)
    retention.signer.bind(KnownSigner())
    retention.proofs.bind(KeptLines(top / "keys" / "certificates.kept"))
    ports.world.bind(Folders(root=top))
    ports.reach.bind(NobodyAnswers())
    ports.declared_hosts.bind(lambda _controller: frozenset())
    return home


def look(home: House, probe: Probe, *, kind: str = "", at: datetime | None = None) -> Count | None:
    """What one probe sees now."""
    seen = glance(home.controller.ref, at=at or clock.now())
    assert seen is not None
    return every_probe()[CheckName(probe, kind)](seen)


def wrong(home: House, probe: Probe, *, kind: str = "", at: datetime | None = None) -> int:
    """How many broken promises one probe sees; it must have looked."""
    found = look(home, probe, kind=kind, at=at)
    assert found is not None
    return found.wrong
