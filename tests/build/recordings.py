"""A house with a real vault and recordings of tones in it: nobody's voice."""

from __future__ import annotations

import io
import math
import wave
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

import lameenc

from build.accounts import Cast, cast, grant
from build.calls import a_call
from build.controllers import controller
from build.vault import plug_vault
from callward.calls.services import keep_call
from callward.controllers.selectors import policy_in_force
from callward.holdings.kinds import RECORDING
from callward.kernel import clock
from callward.kernel.actors import system_actor
from callward.recordings.services import NewRecording, keep_recordings
from callward.retention.services import plan
from callward.vault import services as vault
from callward.vault.states import ToSeal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from build.vault import VaultFolders
    from callward.controllers.selectors import ControllerView
    from callward.kernel.references import Ref
    from callward.policy import CompiledPolicy

SETUP = system_actor("tests")


def pcm_tone(
    *, seconds: float, rate: int = 8000, channels: int = 1, hertz: int = 440, amplitude: int = 8000
) -> bytes:
    """Signed 16-bit samples of a steady tone."""
    turn = [int(amplitude * math.sin(2 * math.pi * hertz * n / rate)) for n in range(rate)]
    count = int(seconds * rate)
    samples = array("h", (turn[n % rate] for n in range(count) for _ in range(channels)))
    return samples.tobytes()


def wav_tone(
    *, seconds: float, rate: int = 8000, channels: int = 1, amplitude: int = 8000
) -> bytes:
    """A WAV file of a tone."""
    out = io.BytesIO()
    with wave.open(out, "wb") as wav:
        wav.setparams((channels, 2, rate, 0, "NONE", ""))
        wav.writeframes(
            pcm_tone(seconds=seconds, rate=rate, channels=channels, amplitude=amplitude)
        )
    return out.getvalue()


def mp3_tone(*, seconds: float, rate: int = 8000, channels: int = 1, hertz: int = 440) -> bytes:
    """An MP3 file of a tone."""
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(32 * channels)
    encoder.set_in_sample_rate(rate)
    encoder.set_channels(channels)
    encoder.set_quality(7)
    encoder.silence()
    tone = pcm_tone(seconds=seconds, rate=rate, channels=channels, hertz=hertz)
    return bytes(encoder.encode(tone)) + bytes(encoder.flush())


class InMemory:
    """Bytes that are read range by range, as a sealed reader is."""

    def __init__(self, plain: bytes) -> None:
        self._plain = plain
        self.plain_size = len(plain)

    def read(self, start: int, length: int) -> bytes:
        return self._plain[start : start + length]


@dataclass(frozen=True, kw_only=True)
class House:
    """A controller that records, its staff, and a real vault."""

    controller: ControllerView
    policy: CompiledPolicy
    cast: Cast
    folders: VaultFolders


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A call and its one recording."""

    ref: Ref
    call_ref: Ref
    audio: bytes


def house(top: Path, *, name: str = "therapy-association") -> House:
    """Build the house of a sample controller under a folder."""
    folders = plug_vault(top)
    view = controller(name)
    return House(
        controller=view,
        policy=policy_in_force(view.ref, at=clock.now()),
        cast=cast(view.ref, at=clock.now()),
        folders=folders,
    )


def keep_one(
    in_house: House,
    audio: bytes | None = None,
    *,
    mime: str = "audio/mpeg",
    seconds: float = 3,
    call_ref: Ref | None = None,
    **of_call: object,
) -> Kept:
    """Keep one call with one recording, sealed as intake does."""
    at, view = clock.now(), in_house.controller
    told = a_call(view.ref, in_house.policy.policy_id, **of_call)  # type: ignore[arg-type]  # passed on
    sealed_to = plan(
        in_house.policy, RECORDING, controller_ref=view.ref, happened_at=told.started_at
    )
    plain = audio if audio is not None else mp3_tone(seconds=seconds)
    [sealed] = vault.seal_group([ToSeal(audio=plain, epoch=sealed_to.epoch)], at=at)
    vault.register([sealed], controller_ref=view.ref, at=at)
    call = call_ref or keep_call(told, actor=SETUP, at=at)
    new = NewRecording(
        ref=sealed.ref,
        call_ref=call,
        controller_ref=view.ref,
        plan=sealed_to,
        started_at=told.started_at,
        mime=mime,
        seconds=seconds,
        bytes=len(plain),
        captured_sha256=sealed.sha256.hex(),
    )
    keep_recordings([new], actor=SETUP, at=at)
    return Kept(ref=sealed.ref, call_ref=call, audio=plain)


def let_rita_hear(in_house: House, *, ends_at: datetime | None = None) -> Mapping[str, object]:
    """Grant Rita everything for complaints; what she then plays with."""
    grant(in_house.cast.rita.ref, in_house.controller.ref, at=clock.now(), ends_at=ends_at)
    return {
        "purpose": "complaints",
        "user_ref": in_house.cast.rita.ref,
        "session": "her session",
        "second_factor": True,
    }
