"""Sockets that `config` plugs adapters into, so that lower rooms never import higher ones."""

from __future__ import annotations

from typing import Generic, TypeVar

from callward.kernel.errors import CallwardError, gettext_noop

Adapter = TypeVar("Adapter")


class PortUnboundError(CallwardError):
    """A port was used before start-up wired it."""

    code = "port-unplugged"
    fact = gettext_noop("The port %(port)s has no adapter.")
    mend = gettext_noop("Start Callward through its own command.")


class Port(Generic[Adapter]):
    """Holds the one adapter of a port for this process."""

    def __init__(self, port: str) -> None:
        self._port = port
        self._adapter: Adapter | None = None

    def bind(self, adapter: Adapter) -> None:
        """Put the adapter in; a later one replaces it."""
        self._adapter = adapter

    def unbind(self) -> None:
        """Take the adapter out (tests)."""
        self._adapter = None

    def get(self) -> Adapter:
        """Return the adapter; raises PortUnpluggedError when there is none."""
        if self._adapter is None:
            raise PortUnboundError(port=self._port)
        return self._adapter
