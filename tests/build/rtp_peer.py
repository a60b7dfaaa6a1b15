"""A small RTP peer on loopback, and a media plane whose callbacks are run by the test."""

from __future__ import annotations

import queue
import socket
import struct
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

from callward.line.media.media_plane import PythonMedia
from callward.line.ports import MediaAddress
from callward.line.states import Codec

HEADER = struct.Struct("!BBHII")


@dataclass
class Packet:
    """One packet as the wire has it."""

    kind: int
    marker: bool
    seq: int
    stamp: int
    ssrc: int
    payload: bytes


class Peer:
    """Sends what it is told to, and keeps what it receives."""

    def __init__(self, host: str = "127.0.0.1", *, kind: int = 8, ssrc: int = 1) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.settimeout(2)
        self.host, self.port = self.socket.getsockname()
        self.kind, self.ssrc, self.seq, self.stamp = kind, ssrc, 65_530, 4_294_967_000
        self.towards = 0

    def address(self, **kinds: object) -> MediaAddress:
        codec = Codec.PCMA if self.kind == 8 else Codec.PCMU
        found = {"codec": codec, "telephone_event": 101, **kinds}
        return MediaAddress(host=self.host, port=self.port, **found)

    def send(self, payload: bytes, *, kind=None, seq=None, stamp=None, marker=False) -> None:
        if seq is None:
            self.seq = (self.seq + 1) & 0xFFFF
        if stamp is None:
            self.stamp = (self.stamp + 160) & 0xFFFFFFFF
        head = HEADER.pack(
            0x80,
            (self.kind if kind is None else kind) | (0x80 if marker else 0),
            self.seq if seq is None else seq,
            self.stamp if stamp is None else stamp,
            self.ssrc,
        )
        self.raw(head + payload)

    def raw(self, packet: bytes) -> None:
        self.socket.sendto(packet, ("127.0.0.1", self.towards))

    def digit(self, key: str, *, kind: int = 101, copies: int = 3) -> None:
        event = "0123456789*#ABCD".index(key)
        self.stamp = (self.stamp + 160) & 0xFFFFFFFF
        for length in range(160, 160 * 5, 160):
            self.send(bytes([event, 10, 0, length & 0xFF]), kind=kind, stamp=self.stamp)
        for _ in range(copies):
            self.send(bytes([event, 0x8A, 3, 0x20]), kind=kind, stamp=self.stamp)

    def take(self, count: int) -> list[Packet]:
        return [self.next() for _ in range(count)]

    def next(self) -> Packet:
        packet = self.socket.recv(2048)
        first, kind, seq, stamp, ssrc = HEADER.unpack_from(packet)
        assert first == 0x80
        return Packet(kind & 0x7F, kind > 0x7F, seq, stamp, ssrc, packet[12:])

    def silent(self, seconds: float = 0.1) -> bool:
        self.socket.settimeout(seconds)
        try:
            self.socket.recv(2048)
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(2)
        return False

    def close(self) -> None:
        self.socket.close()


@dataclass
class Bench:
    """A plane, and the loop thread played by the test."""

    plane: PythonMedia
    calls: queue.SimpleQueue = field(default_factory=queue.SimpleQueue)
    peers: list[Peer] = field(default_factory=list)

    def peer(self, leg=None, **named) -> Peer:
        address = {name: named.pop(name) for name in ("telephone_event",) if name in named}
        found = Peer(**named)
        self.peers.append(found)
        if leg is not None:
            leg.connect(found.address(**address))
            found.towards = leg.port
            self.settle()
        return found

    def settle(self) -> None:
        """Let the media thread do what it was told to, and take what has arrived."""
        done = queue.SimpleQueue()
        for _ in range(2):
            self.plane.order(lambda: done.put(1))
            done.get(timeout=2)
        time.sleep(0.008)

    def run_one(self) -> None:
        self.calls.get(timeout=2)()

    def run_waiting(self) -> None:
        self.settle()
        while not self.calls.empty():
            self.calls.get()()


@contextmanager
def a_bench(**named):
    calls = queue.SimpleQueue()
    bench = Bench(PythonMedia("127.0.0.1", soon=calls.put, **named), calls)
    bench.plane.start()
    try:
        yield bench
    finally:
        bench.plane.stop()
        for peer in bench.peers:
            peer.close()
