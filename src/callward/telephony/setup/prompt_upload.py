"""A controller's own studio recordings of prompts."""

from __future__ import annotations

import io
from array import array
from typing import TYPE_CHECKING

import av
from av.audio.resampler import AudioResampler
from av.error import FFmpegError
from django.db import transaction

from callward.audit import services as audit
from callward.controllers import selectors as controllers
from callward.kernel.references import new_ref
from callward.line.media.g711 import RATE, alaw_of
from callward.policy.vocabulary import PromptKey
from callward.telephony.errors import PromptNotAudioError, PromptWordsUnknownError
from callward.telephony.line_paths import prompts_folder
from callward.telephony.models import StudioPrompt
from callward.telephony.setup.prompt_source import put_in_place, words_of
from callward.telephony.setup.snapshot_publication import publish_snapshot_later
from callward.telephony.states import TelephonyEvent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from av.container import InputContainer

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref

_SHORTEST, _LONGEST = 1.0, 180.0
# A playlist would make the decoder open files and sockets.
_OPTIONS = {"format_whitelist": "mp3,wav,ogg", "protocol_whitelist": "none"}


def upload_prompt(
    key: str, language: str, audio: bytes, *, controller_ref: Ref, actor: Actor, at: datetime
) -> str:
    """Put a studio recording in place of the default voice; tells its hash."""
    row = _spoken(key, language, audio, controller_ref=controller_ref, actor=actor, at=at)
    with transaction.atomic():
        StudioPrompt.objects.filter(
            controller_ref=controller_ref, key=key, language=language
        ).delete()
        row.save(force_insert=True)
        audit.record(
            TelephonyEvent.PROMPT_UPLOADED,
            item=row.ref,
            actor=actor,
            at=at,
            owner=controller_ref,
            prompt=key,
            language=language,
            asset=f"sha256:{row.sha256}",
        )
        publish_snapshot_later(at)
    return row.sha256


def _spoken(
    key: str, language: str, audio: bytes, *, controller_ref: Ref, actor: Actor, at: datetime
) -> StudioPrompt:
    """The recording in its place, for exactly the words that the policy says now."""
    policy = controllers.policy_in_force(controller_ref, at=at)
    try:
        text = words_of(policy).get(language, {}).get(PromptKey(key))
    except ValueError:
        text = None
    if text is None:
        raise PromptWordsUnknownError(ref=f"{key}, {language}"[:60])
    spoken = alaw_of_file(audio)
    return StudioPrompt(
        ref=new_ref(at),
        controller_ref=controller_ref,
        key=key,
        language=language,
        text=text,
        sha256=put_in_place(spoken, prompts_folder()),
        seconds=len(spoken) / RATE,
        uploaded_by=str(actor)[:80],
        uploaded_at=at,
    )


def drop_prompt(
    key: str, language: str, *, controller_ref: Ref, actor: Actor, at: datetime
) -> None:
    """Let the default voice speak this prompt again."""
    with transaction.atomic():
        rows = StudioPrompt.objects.filter(
            controller_ref=controller_ref, key=key, language=language
        )
        row = rows.first()
        if row is None:
            raise PromptWordsUnknownError(ref=f"{key}, {language}")
        rows.delete()
        audit.record(
            TelephonyEvent.SETTING_CHANGED, item=row.ref, actor=actor, at=at, kind="prompt"
        )
        publish_snapshot_later(at)


def alaw_of_file(audio: bytes) -> bytes:
    """Decode a WAV or MP3 file to A-law; raises PromptNotAudioError for anything else."""
    try:
        with av.open(io.BytesIO(audio), mode="r", options=_OPTIONS) as container:
            pcm = b"".join(_pieces(container))
    except (FFmpegError, ValueError, IndexError):
        raise PromptNotAudioError from None
    spoken = bytes(map(alaw_of, array("h", pcm)))
    if not _SHORTEST <= len(spoken) / RATE <= _LONGEST:
        raise PromptNotAudioError
    return spoken


def _pieces(container: InputContainer) -> Iterator[bytes]:
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    for frame in container.decode(audio=0):
        for resampled in resampler.resample(frame):
            yield bytes(resampled.planes[0])[: resampled.samples * 2]
    for resampled in resampler.resample(None):
        yield bytes(resampled.planes[0])[: resampled.samples * 2]
