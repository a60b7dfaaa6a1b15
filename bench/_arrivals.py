"""What machines hand over in a bench: recordings of noise, and the envelopes beside them."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING

import lameenc

if TYPE_CHECKING:
    from datetime import datetime

BITS_A_SECOND, RATE = 32_000, 8000
NUMBER = "+442079460101"


def noise(seconds: int) -> bytes:
    """Valid MP3 of noise, so nothing compresses and nobody has the same."""
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(BITS_A_SECOND // 1000)
    encoder.set_in_sample_rate(RATE)
    encoder.set_channels(1)
    encoder.set_quality(7)
    encoder.silence()
    return bytes(encoder.encode(os.urandom(2 * RATE * seconds))) + bytes(encoder.flush())


def envelope(number: int, *, system: str, start: datetime, seconds: int) -> bytes:
    """The envelope of a call that nobody has seen."""
    told = {
        "schema": "callward.intake/1",
        "source": {"system": system, "account": system},
        "source_call_id": f"call-{number}",
        "recording_id": f"call-{number}",
        "direction": "in",
        "started_at": start.isoformat(),
        "ended_at": (start + timedelta(seconds=seconds)).isoformat(),
        "parties": [{"role": "caller", "number": f"+4420794600{number % 100:02}"}],
        "did": NUMBER,
        "talk_seconds": seconds,
        "consent": {"basis": "announced"},
    }
    return json.dumps(told).encode()
