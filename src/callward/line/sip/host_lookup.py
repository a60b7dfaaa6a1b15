"""Names of carriers' hosts, looked up beside the loop, so that no call waits for a name server."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

from callward.line.sip.udp_transport import is_literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from callward.line.ports import Timers

_EVERY = 300.0


class HostLookup:
    """The present address of each host; a failed look-up keeps the last good one."""

    def __init__(self, timers: Timers, *, changed: Callable[[], None]) -> None:
        self._timers = timers
        self._changed = changed
        self._known: dict[str, str] = {}
        self._hosts: frozenset[str] = frozenset()
        self._next: Callable[[], None] | None = None

    def use(self, hosts: Iterable[str]) -> None:
        """Watch these hosts from now on."""
        self._hosts = frozenset(host for host in hosts if not is_literal(host))
        if self._next is not None:
            self._next()
            self._next = None
        if self._hosts:
            self._look()

    def address(self, host: str) -> str | None:
        """The address of a host, or the host itself when it is one."""
        return host if is_literal(host) else self._known.get(host)

    def close(self) -> None:
        """Look no further."""
        self._hosts = frozenset()
        if self._next is not None:
            self._next()

    def _look(self) -> None:
        hosts = self._hosts
        threading.Thread(target=self._ask, args=(hosts,), name="names", daemon=True).start()
        self._next = self._timers.after(_EVERY, self._look)

    def _ask(self, hosts: frozenset[str]) -> None:
        found = {host: address for host in sorted(hosts) if (address := _lookup(host))}
        self._timers.soon(lambda: self._learn(found))

    def _learn(self, found: dict[str, str]) -> None:
        before = dict(self._known)
        self._known |= {host: address for host, address in found.items() if host in self._hosts}
        if self._known != before:
            self._changed()


def _lookup(host: str) -> str | None:
    try:
        found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)
    except OSError:
        return None
    return str(found[0][4][0]) if found else None
