"""A first look at a recording's head: is it audio, how long, how many channels."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
from av.error import FFmpegError

from callward.intake.errors import NotARecordingError

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

_CODECS = {"mp3": "mp3", "mp3float": "mp3", "pcm_s16le": "wav", "pcm_alaw": "wav"}
_CODECS |= {"pcm_mulaw": "wav", "adpcm_ms": "wav", "gsm_ms": "wav", "vorbis": "ogg", "opus": "ogg"}
_MIMES = {"mp3": "audio/mpeg", "wav": "audio/wav", "ogg": "audio/ogg"}
_FORMATS = {"mp3": "mp3", "wav": "wav", "ogg": "ogg"}
_MOST_CHANNELS = 2
_OPTIONS = {"probesize": "32768"}  # the head alone; five megabytes otherwise
_HEAD = 64 * 1024
_BYTES_FLAG, _FRAMES_FLAG = 0x2, 0x1


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What the head of a recording says."""

    kind: str
    mime: str
    seconds: float
    channels: int
    truncated: bool


def probe(audio: bytes, *, kind: str) -> Probed:
    """Look at the head without decoding; raises NotARecordingError for anything else."""
    wanted = _FORMATS.get(kind)
    if wanted is None or not audio:
        raise NotARecordingError
    try:
        with av.open(io.BytesIO(audio), format=wanted, mode="r", options=_OPTIONS) as container:
            return _described(container, audio)
    except (FFmpegError, ValueError, OverflowError, IndexError) as error:
        raise NotARecordingError from error


def _described(container: InputContainer, audio: bytes) -> Probed:
    stream: AudioStream = container.streams.audio[0]
    kind = _CODECS.get(stream.codec_context.name)
    if kind is None or not 1 <= stream.codec_context.channels <= _MOST_CHANNELS:
        raise NotARecordingError
    if container.duration is None or container.duration <= 0:
        raise NotARecordingError
    promised = promised_mp3_bytes(audio) if kind == "mp3" else None
    return Probed(
        kind=kind,
        mime=_MIMES[kind],
        seconds=container.duration / av.time_base,
        channels=stream.codec_context.channels,
        truncated=promised is not None and len(audio) < promised,
    )


def promised_mp3_bytes(audio: bytes) -> int | None:
    """How many bytes an MP3's first frame promises, where it says so (a truncated one opens)."""
    head = audio[:_HEAD]
    place = max(head.find(b"Xing"), head.find(b"Info"))
    if place < 0 or place + 16 > len(head):
        return None
    (flags,) = struct.unpack_from(">I", head, place + 4)
    if not flags & _BYTES_FLAG:
        return None
    offset = place + 8 + (4 if flags & _FRAMES_FLAG else 0)
    (promised,) = struct.unpack_from(">I", head, offset)
    return int(promised)
