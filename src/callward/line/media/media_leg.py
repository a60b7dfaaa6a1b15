"""One RTP socket towards one peer; everything of it that touches packets runs on the media thread.

Orders from the loop thread are either single values put in place, or wait for the next turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.line.media import datagrams
from callward.line.media.dtmf import DtmfDetector, TelephoneEvents
from callward.line.media.g711 import FRAME, PAYLOAD_TYPES, RATE, SILENCE, transcoded
from callward.line.media.rtp import (
    HALF_LONG,
    HEADER,
    HEADER_SIZE,
    LONG,
    MARKER,
    PLAIN,
    Incoming,
    Outgoing,
    payload_of,
)
from callward.line.states import Codec, Party

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from callward.line.media.media_plane import PythonMedia
    from callward.line.ports import FrameSink, MediaAddress, MediaLeg


class PromptPlayback:
    """Headerless A-law that is being played, and who wants to know how far it came."""

    __slots__ = ("_audio", "_done", "_loop", "_place", "sent")

    def __init__(self, audio: bytes, *, done: Callable[[int, bool], None], loop: bool) -> None:
        self._audio, self._done, self._loop = audio, done, loop
        self._place = self.sent = 0

    def next_frame(self) -> bytes | None:
        """The next 20 ms; None behind the end."""
        if self._place >= len(self._audio):
            if not self._loop or not self._audio:
                return None
            self._place = 0
        frame = self._audio[self._place : self._place + FRAME]
        self._place += FRAME
        return frame.ljust(FRAME, SILENCE)

    def tell(self, *, complete: bool) -> None:
        """Say how many frames went out, and whether that was all; on the loop thread."""
        self._done(self.sent, complete)


_CREEP = 4e-6  # a packet: what a peer's quartz may run away by, 200 ppm of 20 ms
_STRAY = 0.04  # the place is put right when it is this far from the clock
_STALL = 2.0  # later than this is a pause whose length the timestamps do not tell


class FramePlacement:
    """Turns timestamps into monotonic seconds; jitter does not move a frame."""

    __slots__ = ("_earliest", "_offset", "_stamp", "_ticks")

    def __init__(self) -> None:
        self._ticks = self._stamp = 0
        self._earliest: float | None = None
        self._offset = 0.0

    def place(self, stamp: int, now: float) -> float:
        """Find the second at which this frame belongs."""
        if self._earliest is None:
            self._stamp, self._earliest = stamp, now
            self._offset = now
            return now
        ahead = (stamp - self._stamp) & LONG
        self._ticks += ahead if ahead < HALF_LONG else ahead - LONG - 1
        self._stamp = stamp
        stamped = self._ticks / RATE
        took, earliest = now - stamped, self._earliest + _CREEP
        if took < earliest or took > earliest + _STALL:
            earliest = took
        self._earliest = earliest
        if not -_STRAY < earliest - self._offset < _STRAY:
            self._offset = earliest
        return stamped + self._offset


_CODECS = {number: codec for codec, number in PAYLOAD_TYPES.items()}
_QUIET = 0.5  # seconds without a packet, after which the same host may speak from another port
_MOST = 600  # packets of a second that are used: twelve times speech, for what comes after a stall
_FORMER = 1.0  # seconds in which stragglers of the source before are left out
_SAME_DIGIT = 1.0  # seconds in which an event is the digit whose tones were heard just before
_FORM = 0xFF00  # everything of a header's beginning but marker and payload type

type_of = PAYLOAD_TYPES.__getitem__
read_header, write_header = HEADER.unpack_from, HEADER.pack_into
room, view, part = datagrams.room, datagrams.view, datagrams.part


class RtpLeg:
    """Sends to one peer, and hears only the host that its SDP names."""

    def __init__(self, plane: PythonMedia, channel: socket.socket, *, in_band: bool) -> None:
        self._plane, self._socket = plane, channel
        self._port: int = channel.getsockname()[1]
        self._number = channel.fileno()
        self._codec, self._events = Codec.PCMA, -1
        self._remote = self._source = self._named = datagrams.NOWHERE
        self._sends_to_peer = False
        self._heard_at = self._second = 0.0
        self._flood_at = _MOST
        self._incoming: Incoming | None = None
        self._former, self._former_until = -1, 0.0
        self._outgoing = Outgoing()
        self._other: RtpLeg | None = None
        self._sink: FrameSink | None = None
        self._party = Party.OUTER
        self._placer = FramePlacement()
        self._event_ear = TelephoneEvents()
        self._tone_ear: DtmfDetector | None = DtmfDetector() if in_band else None
        self._sends_events = False
        self._tone_told, self._tone_told_at = "", 0.0
        self._digit: Callable[[str], None] | None = None
        self._playing: PromptPlayback | None = None
        self._closed = False
        self.received = self.relayed = self._lost = 0

    @property
    def port(self) -> int:
        return self._port

    @property
    def lost(self) -> int:
        """Packets of this peer that never came."""
        return self._lost + (self._incoming.lost if self._incoming else 0)

    # Orders of the loop thread.

    def connect(self, media: MediaAddress) -> None:
        """Send to (and accept from) this peer from now on; again after a re-offer."""
        self._plane.order(lambda: self._connect(media))

    def play(self, audio: bytes, *, done: Callable[[int, bool], None], loop: bool = False) -> None:
        """Play headerless A-law 8 kHz; what played before is hushed."""
        playing = PromptPlayback(audio, done=done, loop=loop)
        self._plane.order(lambda: self._play(playing))

    def hush(self) -> None:
        """Stop playing; `done` is called with complete = False."""
        self._plane.order(lambda: self._stop_playing(complete=False))

    def relay(self, other: MediaLeg | None) -> None:
        """Pass this peer's audio to the other leg (one way), or to nobody."""
        assert other is None or isinstance(other, RtpLeg)
        self._other = other

    def tap(self, sink: FrameSink | None, *, party: Party) -> None:
        """Hand received frames to the sink too."""
        self._party, self._sink = party, sink

    def on_digit(self, listener: Callable[[str], None]) -> None:
        """Call on the loop thread for each digit, once."""
        self._digit = listener

    def listen_in_band(self, *, on: bool) -> None:
        """Look for tones in the audio too."""
        self._tone_ear = DtmfDetector() if on and not self._sends_events else None

    def close(self) -> None:
        """Free the port; safe to call twice. What still plays is told as incomplete."""
        self._other = self._sink = None
        self._plane.order(self._close)

    # The media thread.

    def _connect(self, media: MediaAddress) -> None:
        named = datagrams.packed_address(media.host, media.port)
        if named != self._named:
            self._source, self._remote = datagrams.NOWHERE, named
        self._named = named
        self._codec = media.codec
        self._events = -1 if media.telephone_event is None else media.telephone_event
        nowhere = (
            datagrams.host_of(named) == datagrams.host_of(datagrams.NOWHERE) or media.port == 0
        )
        self._sends_to_peer = media.receives and not nowhere

    def _close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._stop_playing(complete=False)
        self._plane.forget(self)
        self._socket.close()

    def fileno(self) -> int:
        return self._socket.fileno()

    def take(self, now: float) -> bool:
        """Receive one packet, and do with it all that is to be done."""
        size = datagrams.receive(self._number)
        if size < HEADER_SIZE:
            return False
        source = datagrams.source()
        if source != self._source and not self._admit(source, now):
            return False
        first, seq, stamp, ssrc = read_header(room)
        incoming = self._incoming
        if incoming is None or ssrc != incoming.ssrc:
            incoming = self._begin(ssrc, seq, now)
            if incoming is None:
                return False
        if not incoming.admit(seq):
            return False
        self.received += 1
        if now - self._second >= 1.0:
            self._second, self._flood_at = now, self.received + _MOST
        elif self.received > self._flood_at:
            return False
        self._heard_at = now
        self._use(size, first, seq, stamp, incoming, now)
        return True

    def take_sampled(self, now: float) -> None:
        """The same, telling how long the packet waited since the kernel had it."""
        if self.take(now) and self._other is not None:
            waited = datagrams.waited(self._number)
            if waited is not None:
                self._plane.delays.add(waited)

    def _admit(self, source: bytes, now: float) -> bool:
        """Hear the host that the SDP names, and from it one port at a time."""
        if (
            datagrams.host_of(source) != datagrams.host_of(self._named)
            or self._named == datagrams.NOWHERE
        ):
            return False
        quiet = now - self._heard_at > _QUIET
        if self._source == datagrams.NOWHERE or source == self._named or quiet:
            self._source = self._remote = source
            return True
        return False

    def _begin(self, ssrc: int, seq: int, now: float) -> Incoming | None:
        if self._incoming is not None:
            if ssrc == self._former and now < self._former_until:
                return None
            self._lost += self._incoming.lost
            self._former, self._former_until = self._incoming.ssrc, now + _FORMER
        self._incoming = Incoming(ssrc, seq)
        self._placer = FramePlacement()
        return self._incoming

    def _use(
        self, size: int, first: int, seq: int, stamp: int, incoming: Incoming, now: float
    ) -> None:
        codec = _CODECS.get(first & 0x7F)
        if first & _FORM != PLAIN:
            size = _straightened(size)
        if codec is None or size <= HEADER_SIZE:
            incoming.hidden += 1
            if first & 0x7F == self._events:
                payload = part(slice(HEADER_SIZE, max(size, HEADER_SIZE)))
                self._hear_event(payload, incoming.ssrc, stamp, now)
            return
        ear, sink, other = self._tone_ear, self._sink, self._other
        payload = part(slice(HEADER_SIZE, size))
        if ear is not None and self._hear_tone(ear, payload, codec, now):
            incoming.hidden += 1
            return
        if other is not None:
            other.pass_on(payload, codec, first & MARKER, seq, stamp, incoming, now)
        if sink is not None:
            sink.frame(self._party, codec, payload, self._placer.place(stamp, now))

    def _hear_event(self, payload: bytes, ssrc: int, stamp: int, now: float) -> None:
        self._tone_ear, self._sends_events = None, True  # events suffice: no digit comes twice
        digit = self._event_ear.hear(payload, ssrc, stamp)
        told, self._tone_told = self._tone_told, ""
        if digit is not None and (digit != told or now - self._tone_told_at > _SAME_DIGIT):
            self._tell_digit(digit)

    def _hear_tone(self, ear: DtmfDetector, payload: bytes, codec: Codec, now: float) -> bool:
        digit = ear.hear(payload, codec)
        if digit is not None:
            self._tone_told, self._tone_told_at = digit, now
            self._tell_digit(digit)
        return ear.sounding

    def _tell_digit(self, digit: str) -> None:
        listener = self._digit
        if listener is not None:
            self._plane.soon(lambda: listener(digit))

    def pass_on(
        self,
        payload: bytes,
        codec: Codec,
        marker: int,
        seq: int,
        stamp: int,
        feed: Incoming,
        now: float,
    ) -> None:
        """Send on what another leg received, unless a prompt is playing here."""
        if self._playing is not None or not self._sends_to_peer or self._closed:
            return
        target, size = self._codec, HEADER_SIZE + len(payload)
        if codec is not target:
            view[HEADER_SIZE:size] = transcoded(payload, source=codec, target=target)
        first = PLAIN | marker | type_of(target)
        write_header(room, 0, *self._outgoing.header_like(feed, first, seq, stamp, now))
        if datagrams.send(self._number, size, self._remote):
            self.relayed += 1

    def _play(self, playing: PromptPlayback) -> None:
        self._stop_playing(complete=False)
        if self._closed:
            self._plane.soon(lambda: playing.tell(complete=False))
            return
        self._playing = playing
        self._plane.players[self] = None

    def _stop_playing(self, *, complete: bool) -> None:
        playing, self._playing = self._playing, None
        self._plane.players.pop(self, None)
        if playing is not None:
            self._plane.soon(lambda: playing.tell(complete=complete))

    def tick(self, now: float) -> None:
        """Send the next 20 ms of what is playing."""
        playing = self._playing
        if playing is None:
            return
        frame = playing.next_frame()
        if frame is None:
            self._stop_playing(complete=True)
            return
        if not self._sends_to_peer:
            return
        codec = self._codec
        begins = self._outgoing.begins_spurt
        first = PLAIN | type_of(codec) | (MARKER if begins else 0)
        view[HEADER_SIZE : HEADER_SIZE + FRAME] = transcoded(frame, source=Codec.PCMA, target=codec)
        write_header(room, 0, *self._outgoing.next_header(first, FRAME, now))
        if datagrams.send(self._number, HEADER_SIZE + FRAME, self._remote):
            playing.sent += 1


def _straightened(size: int) -> int:
    """Put the payload behind a longer lawful header where a plain one has it; 0 without any."""
    payload = payload_of(part(slice(size)))
    if not payload:
        return 0
    end = HEADER_SIZE + len(payload)
    view[HEADER_SIZE:end] = payload
    return end
