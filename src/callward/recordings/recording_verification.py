"""A stored recording is decoded whole once, so that nobody finds out too late."""

from __future__ import annotations

import io
import math
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import av
from av.audio.resampler import AudioResampler
from av.error import FFmpegError
from django.db import transaction

from callward.audit.services import record
from callward.controllers.selectors import policy
from callward.kernel.actors import system_actor
from callward.recordings.errors import RecordingMissingError, RecordingStateError
from callward.recordings.models import Recording
from callward.recordings.rules import PART, pack_wave, verdict, wave_of
from callward.recordings.states import (
    INCOMPLETE,
    SEALED,
    RecordingsEvent,
    RecordingState,
    may_become,
)
from callward.retention.services import require_usable
from callward.sealing.errors import SealBrokenError
from callward.vault.errors import (
    ObjectNotFoundError,
    SealedObjectDamagedError,
    SealedObjectMissingError,
)
from callward.vault.services import add_part, open_part

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet

    from callward.kernel.references import Ref

_BLOCK = 256
_TOO_MANY_FAULTS = 50
# The kinds that intake takes in; a playlist would make the decoder open files and sockets.
_OPTIONS = {"format_whitelist": "mp3,wav,ogg", "protocol_whitelist": "none"}


class Ranges(Protocol):
    """Something plain that is read range by range."""

    plain_size: int

    def read(self, start: int, length: int) -> bytes: ...


class SealedFile(io.RawIOBase):
    """A sealed object as a file that the decoder may seek in."""

    def __init__(self, reader: Ranges) -> None:
        super().__init__()
        self._reader = reader
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._reader.plain_size}
        self._place = max(0, start[whence] + offset)
        return self._place

    def read(self, size: int = -1) -> bytes:
        length = self._reader.plain_size - self._place if size < 0 else size
        piece = self._reader.read(self._place, length)
        self._place += len(piece)
        return piece


@dataclass(slots=True, kw_only=True)
class Decoded:
    """What the whole decode found: the length, and how loud every short block is."""

    seconds: float = 0.0
    faults: int = 0
    loudness: list[list[int]] = field(default_factory=list)


def decode(reader: Ranges) -> Decoded:
    """Decode every packet; what cannot be decoded is counted, never raised."""
    found = Decoded()
    try:
        container = av.open(SealedFile(reader), mode="r", options=_OPTIONS)
    except FFmpegError:
        found.faults += 1
        return found
    with container:
        if not container.streams.audio:
            return found
        samples, rate = 0, 0
        for frame in _frames(container, found):
            samples, rate = samples + frame.samples, frame.sample_rate
            _listen(frame, found)
        found.seconds = samples / rate if rate else 0.0
    return found


def _frames(container: InputContainer, found: Decoded) -> Iterator[AudioFrame]:
    resampler = AudioResampler(format="s16p")
    for packet in _packets(container, found):
        try:
            frames = [resampled for f in packet.decode() for resampled in resampler.resample(f)]
        except FFmpegError:
            found.faults += 1
            continue
        yield from frames


def _packets(container: InputContainer, found: Decoded) -> Iterator[Packet[AudioStream]]:
    packets = container.demux(container.streams.audio[0])
    while found.faults < _TOO_MANY_FAULTS:
        try:
            yield next(packets)
        except StopIteration:
            return
        except FFmpegError:
            found.faults += 1
            return


def _listen(frame: AudioFrame, found: Decoded) -> None:
    while len(found.loudness) < len(frame.planes):
        found.loudness.append([])
    for channel, plane in enumerate(frame.planes):
        heard = array("h", bytes(plane)[: frame.samples * 2])
        for start in range(0, len(heard), _BLOCK):
            block = heard[start : start + _BLOCK]
            loudest, lowest = max(block), min(block)
            found.loudness[channel].append(max(loudest, -lowest))


_EVENTS = {
    RecordingState.VERIFIED: RecordingsEvent.RECORDING_VERIFIED,
    RecordingState.DEGRADED: RecordingsEvent.RECORDING_DEGRADED,
    RecordingState.FAILED: RecordingsEvent.RECORDING_FAILED,
}


def verify_recording(ref: Ref, *, at: datetime) -> RecordingState:
    """Decode a recording whole, keep its peaks sealed, and say whether it can be relied on."""
    recording = Recording.objects.filter(ref=ref).first()
    if recording is None:
        raise RecordingMissingError(ref=ref)
    before = RecordingState(recording.state)
    if before not in SEALED:
        raise RecordingStateError(ref=ref, before=before, after=RecordingState.VERIFIED)
    require_usable(ref, at)
    found, fault = _decode(ref)
    state, reason = (RecordingState.FAILED, fault) if fault else _judge(recording, found)
    if found.seconds > 0:
        waves = [wave_of(loudness) for loudness in found.loudness]
        add_part(ref, PART, pack_wave(found.seconds, waves))
    _conclude(ref, state, reason, seconds=found.seconds, at=at)
    return state


def _decode(ref: Ref) -> tuple[Decoded, str]:
    try:
        return decode(open_part(ref, "audio")), ""
    except (SealedObjectMissingError, ObjectNotFoundError):
        return Decoded(), "object-missing"
    except (SealedObjectDamagedError, SealBrokenError):
        return Decoded(), "object-damaged"


def _judge(recording: Recording, found: Decoded) -> tuple[RecordingState, str]:
    if recording.fault in INCOMPLETE and found.seconds > 0:
        return RecordingState.DEGRADED, recording.fault  # that it decodes does not make it whole
    rules = policy(recording.policy_id).recording
    # A message left by voice may come under a policy that records no calls.
    tolerance = rules.length_tolerance.as_timedelta().total_seconds() if rules else math.inf
    return verdict(
        told=recording.seconds,
        measured=found.seconds,
        tolerance=tolerance,
        faults=found.faults,
    )


def _conclude(
    ref: Ref, state: RecordingState, reason: str, *, seconds: float, at: datetime
) -> None:
    with transaction.atomic():
        row = Recording.objects.select_for_update().get(ref=ref)
        before = RecordingState(row.state)
        if before is not state and not may_become(before, state):
            raise RecordingStateError(ref=ref, before=before, after=state)
        Recording.objects.filter(ref=ref).update(
            state=state, fault=reason, measured_seconds=seconds or None, checked_at=at
        )
        record(
            _EVENTS[state],
            item=ref,
            actor=system_actor("verify-recording"),
            at=at,
            before=str(before),
            fault=reason or "none",
        )
