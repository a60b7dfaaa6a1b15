"""A second clock: what a time server says it is, by SNTP (RFC 4330, RFC 5905)."""

from __future__ import annotations

import secrets
import socket
import struct
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from callward.kernel import clock

if TYPE_CHECKING:
    from callward.deployment.values import Clock

_ASK = 0x23  # version 4, mode 3: a client asks
_MODE, _SERVER = 0x07, 4
_FORM = struct.Struct(">BBbB8x4xQQQQ")  # flags, stratum; then reference, ours, received, sent
_STRATA = range(1, 16)  # 0 refuses to answer, 16 has no time itself
_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
_FRACTIONS = 1 << 32
_PATIENCE = 2.0  # seconds


def ahead_of_us(chosen: Clock) -> timedelta | None:
    """How far the second clock is ahead of this machine's; None when it does not answer.

    The question carries a number that nobody can guess, and only an answer to it counts.
    """
    ours = secrets.randbits(64)
    question = _FORM.pack(_ASK, 0, 0, 0, 0, 0, 0, ours)
    machine = clock.SystemClock()
    try:
        with socket.socket(_family(chosen), socket.SOCK_DGRAM) as line:
            line.settimeout(_PATIENCE)
            line.connect((chosen.server, chosen.port))
            sent_at = machine.now()
            line.send(question)
            answer = line.recv(512)
            came_at = machine.now()
    except OSError:
        return None
    return _offset(answer, ours, sent_at=sent_at, came_at=came_at)


def _family(chosen: Clock) -> socket.AddressFamily:
    found = socket.getaddrinfo(chosen.server, chosen.port, type=socket.SOCK_DGRAM)
    return found[0][0]


def _offset(answer: bytes, ours: int, *, sent_at: datetime, came_at: datetime) -> timedelta | None:
    if len(answer) < _FORM.size:
        return None
    flags, stratum, _poll, _precision, _reference, origin, received, sent = _FORM.unpack_from(
        answer
    )
    if flags & _MODE != _SERVER or stratum not in _STRATA or origin != ours:
        return None
    return ((_instant(received) - sent_at) + (_instant(sent) - came_at)) / 2


def _instant(stamp: int) -> datetime:
    """An instant of the protocol; its seconds begin anew in 2036, and before 1968 nobody asks."""
    seconds, fraction = divmod(stamp, _FRACTIONS)
    if seconds < _FRACTIONS // 2:
        seconds += _FRACTIONS
    return _EPOCH + timedelta(seconds=seconds, microseconds=fraction * 1_000_000 // _FRACTIONS)
