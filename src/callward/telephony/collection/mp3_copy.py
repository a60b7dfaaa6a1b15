"""The MP3 copy of a recording, made by the worker beside what was captured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lameenc
from django.db import transaction

from callward.audit import services as audit
from callward.kernel.actors import system_actor
from callward.line.media.g711 import RATE, pcm_of
from callward.retention.services import require_usable
from callward.sealing.errors import SealBrokenError
from callward.telephony.collection.stereo_wav import parties_in
from callward.telephony.models import LineCall
from callward.telephony.states import COPY_PART, TelephonyEvent
from callward.vault import services as vault
from callward.vault.errors import ObjectStoreError, VaultError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from callward.kernel.references import Ref

_COPYING = system_actor("telephony.copy")
_KILOBITS, _CHANNELS, _QUALITY = 48, 2, 5


def make_copy(ref: Ref, *, at: datetime) -> int:
    """Seal an MP3 copy under the recording's own key; tells its size, 0 when there is nothing."""
    row = LineCall.objects.filter(ref=ref, recording_ref__isnull=False, copied_at=None).first()
    if row is None or row.recording_ref is None:
        return 0
    copy = _copy_of(row.recording_ref, at=at)
    if not copy:  # there is no sound to copy, now or later: it is not asked for again
        LineCall.objects.filter(ref=ref).update(copied_at=at)
        return 0
    # Outside the transaction: one that waited for a slow store would let every writer wait.
    vault.add_part(row.recording_ref, COPY_PART, copy)
    with transaction.atomic():
        LineCall.objects.filter(ref=ref).update(copied_at=at)
        audit.record(
            TelephonyEvent.COPY_MADE, item=row.recording_ref, actor=_COPYING, at=at, size=len(copy)
        )
    return len(copy)


def _copy_of(recording_ref: Ref, *, at: datetime) -> bytes:
    if not vault.has_key(recording_ref):
        return b""
    require_usable(recording_ref, at)
    try:
        return mp3_of(vault.open_part(recording_ref).chunks())
    except ObjectStoreError:
        raise  # it says nothing about the recording: the copy is made later
    except (VaultError, SealBrokenError):
        return b""


def mp3_of(wav: Iterable[bytes]) -> bytes:
    """Encode a two-party A-law file; in memory alone."""
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(_KILOBITS)
    encoder.set_in_sample_rate(RATE)
    encoder.set_channels(_CHANNELS)
    encoder.set_quality(_QUALITY)
    encoder.silence()
    encoded = bytearray()
    for woven in parties_in(wav):
        encoded += encoder.encode(pcm_of(woven))
    encoded += encoder.flush()
    return bytes(encoded)


def uncopied(limit: int) -> list[Ref]:
    """Recordings whose copy nobody made yet, such as after a crash; the oldest first."""
    rows = LineCall.objects.filter(recording_ref__isnull=False, copied_at=None, sealed_ledger=b"")
    return list(rows.order_by("collected_at").values_list("ref", flat=True)[:limit])
