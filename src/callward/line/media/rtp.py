"""One direction of an RTP stream (RFC 3550): what arrived, what is missing, what came twice."""

from __future__ import annotations

import secrets
import struct

HEADER = struct.Struct("!HHII")
HEADER_SIZE = HEADER.size
Header = tuple[int, int, int, int]
PLAIN = 0x8000  # version 2, no padding, no extension, no contributors, no marker
MARKER = 0x80
_VERSION, _PADDING, _EXTENSION, _CONTRIBUTORS = 0xC000, 0x2000, 0x1000, 0x0F00
WORD, LONG, HALF_LONG = 0xFFFF, 0xFFFFFFFF, 0x80000000
RESTART = 3000  # a sequence number this far away begins anew (RFC 3550, A.1)
REMEMBERED = 512  # numbers looked for, before they count as lost for good


def payload_of(packet: bytes) -> bytes | None:
    """The payload of a packet in any lawful form; None when it is none."""
    first = packet[0] << 8 | packet[1]
    if first & _VERSION != PLAIN:
        return None
    begin, end = HEADER_SIZE + 4 * ((first & _CONTRIBUTORS) >> 8), len(packet)
    if first & _EXTENSION and end >= begin + 4:
        begin += 4 + 4 * int.from_bytes(packet[begin + 2 : begin + 4])
    if first & _PADDING:
        end -= packet[-1]
    return packet[begin:end] if HEADER_SIZE <= begin <= end else None


class Incoming:
    """The packets of one source, told apart by their numbers; numbers out of turn are sorted."""

    __slots__ = ("_absent", "_given_up", "hidden", "last", "ssrc")

    def __init__(self, ssrc: int, seq: int) -> None:
        self.ssrc, self.last, self.hidden = ssrc, (seq - 1) & WORD, 0
        self._absent: dict[int, None] = {}
        self._given_up = 0

    @property
    def lost(self) -> int:
        """Packets that never came."""
        return self._given_up + len(self._absent)

    def admit(self, seq: int) -> bool:
        """Take note of a number; False when it was here already."""
        ahead = (seq - self.last) & WORD
        if ahead == 1:
            self.last = seq
            return True
        if 0 < ahead < RESTART:
            self._miss(ahead)
            self.last = seq
            return True
        if WORD - ahead < RESTART or ahead == 0:
            return self._absent.pop(seq, self) is None
        self.last = seq
        return True

    def _miss(self, ahead: int) -> None:
        for step in range(1, ahead):
            self._absent[(self.last + step) & WORD] = None
        while len(self._absent) > REMEMBERED:
            self._absent.pop(next(iter(self._absent)))
            self._given_up += 1


class Outgoing:
    """The stream towards one peer: one source, never broken, whoever feeds it."""

    __slots__ = ("_at", "_feed", "_seq", "_seq_shift", "_stamp", "_stamp_shift", "ssrc")

    def __init__(self) -> None:
        self.ssrc = secrets.randbits(32)
        self._seq, self._stamp, self._at = secrets.randbits(15), secrets.randbits(32), 0.0
        self._feed: object | None = None
        self._seq_shift = self._stamp_shift = 0

    @property
    def begins_spurt(self) -> bool:
        """Whether the next frame of our own follows somebody else's, or nothing."""
        return self._feed is not None or not self._at

    def next_header(self, first: int, step: int, now: float) -> Header:
        """The header of a frame of our own."""
        if self._feed is not None:
            self._stamp, self._feed = self._after_pause(now), None
        else:
            self._stamp = (self._stamp + step) & LONG
        self._seq, self._at = (self._seq + 1) & WORD, now
        return first, self._seq, self._stamp, self.ssrc

    def header_like(self, feed: Incoming, first: int, seq: int, stamp: int, now: float) -> Header:
        """The header of a passed-on frame: gaps and order stay as they came."""
        if feed is not self._feed:
            self._splice(feed, seq, stamp, now)
        self._seq = (seq + self._seq_shift - feed.hidden) & WORD
        self._stamp = (stamp + self._stamp_shift) & LONG
        self._at = now
        return first, self._seq, self._stamp, self.ssrc

    def _splice(self, feed: Incoming, seq: int, stamp: int, now: float) -> None:
        self._feed = feed
        self._seq_shift = self._seq + 1 - seq + feed.hidden
        self._stamp_shift = self._after_pause(now) - stamp

    def _after_pause(self, now: float) -> int:
        passed = int((now - self._at) * 8000) if self._at else 160
        return (self._stamp + max(160, passed)) & LONG
