"""What the probes look at from outside: folders, and the ways to reach published contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from callward.kernel.ports import Port

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from callward.kernel.references import Ref


class World(Protocol):
    """Where things lie on this machine; the data folder is one."""

    @property
    def root(self) -> Path: ...
    @property
    def database(self) -> Path: ...
    @property
    def keys(self) -> Path: ...
    @property
    def objects(self) -> Path: ...
    @property
    def inbox(self) -> Path: ...
    @property
    def spool(self) -> Path: ...
    @property
    def backups(self) -> Path: ...
    def places(self) -> Collection[str]: ...


class Reach(Protocol):
    """Asks whether a published contact answers; None where this machine cannot tell."""

    def mail(self, address: str) -> bool | None: ...
    def web(self, address: str) -> bool | None: ...


class Visitor(Protocol):
    """Visits the public pages as a stranger does."""

    def cookies_of(self, page: str) -> frozenset[str] | None:
        """The names of the cookies that a first visit gets; None when nobody opens."""
        ...


class DeclaredHosts(Protocol):
    """The machines that a controller's house may talk to."""

    def __call__(self, controller_ref: Ref) -> Collection[str]: ...


declared_hosts: Port[DeclaredHosts] = Port("promises.declared_hosts")
world: Port[World] = Port("promises.world")
reach: Port[Reach] = Port("promises.reach")
visitor: Port[Visitor] = Port("promises.visitor")
