"""Datagrams in and out without letting go of the interpreter.

Python's own socket calls release the interpreter for a call of two microseconds, and another
thread that has work takes it, each time until it is asked for it back: at 30,000 calls a second
packets then wait for whoever computes. These calls never wait either, so they need not release.
One room serves all; only the media thread uses it.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import time
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST = 2048
ADDRESS_SIZE = 16
NOWHERE = bytes(ADDRESS_SIZE)
_GET_STAMP = 0x8907  # SIOCGSTAMPNS of Linux: when the kernel had the last packet
_AT_ONCE = socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL
_TIMESPEC = struct.Struct("@qq")
_ADDRESS = struct.Struct("=H2s4s8x")

_calls = ctypes.PyDLL(None)
_receive, _send, _control = _calls.recvfrom, _calls.sendto, _calls.ioctl
_pointer, _number, _size = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t
_receive.argtypes = (_number, _pointer, _size, _number, _pointer, _pointer)
_send.argtypes = (_number, _pointer, _size, _number, _pointer, _number)
_control.argtypes = (_number, ctypes.c_ulong, _pointer)
_receive.restype = _send.restype = ctypes.c_ssize_t

room = ctypes.create_string_buffer(LARGEST)
view = memoryview(room).cast("B")
part = cast("Callable[[slice], bytes]", room.__getitem__)  # faster than a view's slice as bytes
_source = ctypes.create_string_buffer(ADDRESS_SIZE)
_source_size = ctypes.c_uint32(ADDRESS_SIZE)
_stamp = ctypes.create_string_buffer(_TIMESPEC.size)
_room_at, _source_at = ctypes.addressof(room), ctypes.addressof(_source)
_size_at, _stamp_at = ctypes.addressof(_source_size), ctypes.addressof(_stamp)


def packed_address(host: str, port: int) -> bytes:
    """An address as the kernel has it; nowhere when the host is no IPv4 address."""
    try:
        return _ADDRESS.pack(socket.AF_INET, port.to_bytes(2), socket.inet_aton(host))
    except OSError:
        return NOWHERE


def host_of(address: bytes) -> bytes:
    """The host of a packed address."""
    return address[4:8]


def receive(number: int) -> int:
    """Put the next datagram of a socket into the room; its size, or -1 when there is none."""
    size: int = _receive(number, _room_at, LARGEST, _AT_ONCE, _source_at, _size_at)
    return size


def source() -> bytes:
    """Where the datagram in the room came from, packed."""
    return _source.raw


def send(number: int, size: int, address: bytes) -> bool:
    """Send so many bytes of the room; False when there is no road just now."""
    sent: int = _send(number, _room_at, size, _AT_ONCE, address, ADDRESS_SIZE)
    return sent == size


def waited(number: int) -> float | None:
    """Seconds since the kernel had the datagram that was received last."""
    if _control(number, _GET_STAMP, _stamp_at) != 0:
        return None  # the first time the kernel only begins to note it
    seconds, nanoseconds = _TIMESPEC.unpack_from(_stamp)
    # The kernel notes the wall's clock, so it is read here; only the difference is used.
    return time.clock_gettime(time.CLOCK_REALTIME) - float(seconds) - float(nanoseconds) * 1e-9
