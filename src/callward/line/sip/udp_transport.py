"""The UDP socket: drained on the loop's tick, guarded before anything is parsed."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.kernel.clock import stopwatch
from callward.line.limits import Drop
from callward.line.sip.sip_loop import TICK
from callward.line.sip.sippy_stack import MonoTime, Timeout

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_MESSAGE = 8192
SHORTEST_MESSAGE = 32
_LONGEST_DRAIN = TICK * 0.4
_SOCKET_BUFFER = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sender:
    """Whence a message came, in the form that sippy asks for."""

    address: tuple[str, int]
    transport: str = "udp"

    @property
    def received(self) -> str:
        """The address alone."""
        return self.address[0]


@dataclass(kw_only=True)
class UdpOptions:
    """The options object that sippy sets fields on; ours has one binding and no tricks."""

    laddress: tuple[str, int]
    arrived: Callable[..., None]
    flags: int = 0
    ploss_out_rate: float = 0.0
    pdelay_out_max: float = 0.0

    def isWildCard(self) -> bool:  # noqa: N802 - sippy's name
        """One socket serves all; sippy opens no second one."""
        return False


class UdpTransport:
    """One socket; only literal addresses are sent to, so nothing ever waits for a name server."""

    transport = "udp"

    def __init__(self, options: UdpOptions, *, shown: str, dropped: Callable[[Drop], None]) -> None:
        self.uopts = options
        self._shown = shown
        self._dropped = dropped
        family = socket.AF_INET6 if ":" in options.laddress[0] else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SOCKET_BUFFER)
        self._socket.setblocking(False)  # noqa: FBT003 - the socket module takes it so
        self._socket.bind((options.laddress[0].strip("[]"), options.laddress[1]))
        self._tick = Timeout(self._drain, TICK, -1)

    @property
    def port(self) -> int:
        """The bound port."""
        return int(self._socket.getsockname()[1])

    def getSIPaddr(self) -> tuple[tuple[str, int], str]:  # noqa: N802 - sippy's name
        """What is written into Via."""
        shown = f"[{self._shown}]" if ":" in self._shown else self._shown
        return ((shown, self.port), self.transport)

    def addr2str(self, address: tuple[str, int]) -> str:
        """Nothing: addresses are not logged."""
        del address
        return self.transport

    def send_to(self, content: str | bytes, address: tuple[str, int]) -> None:
        """Send now; what the network refuses is retransmitted or timed out by the transaction."""
        host, port = address[0].strip("[]"), int(address[1])
        if not is_literal(host) or not 0 < port < 65536:  # noqa: PLR2004 - the ports there are
            return
        raw = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
        try:
            self._socket.sendto(raw, (host, port))
        except OSError:
            return

    def _drain(self) -> None:
        """Take what has come, but never for so long that running calls would feel it."""
        until = stopwatch() + _LONGEST_DRAIN
        while stopwatch() < until:
            try:
                content, where = self._socket.recvfrom(LONGEST_MESSAGE + 1)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error of an earlier sending
            self._take(content, (str(where[0]), int(where[1])))

    def _take(self, content: bytes, where: tuple[str, int]) -> None:
        if len(content) > LONGEST_MESSAGE:
            self._dropped(Drop.OVERSIZED)
        elif len(content) < SHORTEST_MESSAGE:
            if content.strip(b"\r\n\0"):  # empty lines are phones keeping their NAT open
                self._dropped(Drop.UNDERSIZED)
        else:
            self.uopts.arrived(content, Sender(where), self, MonoTime())

    def shutdown(self) -> None:
        """Close the socket."""
        self._tick.cancel()
        self._socket.close()


def is_literal(host: str) -> bool:
    """Whether this is an address and not a name."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
