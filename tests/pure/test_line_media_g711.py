"""G.711 follows the standard, both ways and from one law into the other."""

from __future__ import annotations

import math
import struct

import pytest

from callward.line.media.g711 import (
    ALAW_TO_MULAW,
    FROM_ALAW,
    FROM_MULAW,
    MULAW_TO_ALAW,
    alaw_of,
    mulaw_of,
    pcm_of,
    transcoded,
)
from callward.line.states import Codec

# ITU-T G.191: what the reference tables decode these bytes to.
ALAW = {0x55: -8, 0xD5: 8, 0x54: -24, 0xD4: 24, 0x2A: -32256, 0xAA: 32256, 0x80: 5504, 0x00: -5504}
MULAW = {0xFF: 0, 0x7F: 0, 0x00: -32124, 0x80: 32124, 0xFE: 8, 0x7E: -8, 0xF0: 120, 0x10: -15996}


@pytest.mark.parametrize(("byte", "sample"), ALAW.items())
def test_a_law_is_decoded_as_the_standard_says(byte, sample):
    assert FROM_ALAW[byte] == sample


@pytest.mark.parametrize(("byte", "sample"), MULAW.items())
def test_mu_law_is_decoded_as_the_standard_says(byte, sample):
    assert FROM_MULAW[byte] == sample


def test_every_byte_comes_back_from_its_own_sample():
    assert [alaw_of(sample) for sample in FROM_ALAW] == list(range(256))
    assert [mulaw_of(FROM_MULAW[byte]) for byte in range(256) if byte != 0x7F] == [
        byte for byte in range(256) if byte != 0x7F
    ]


@pytest.mark.parametrize("sample", [-32768, -32767, -1, 0, 1, 32767])
def test_the_loudest_and_the_quietest_samples_have_a_byte(sample):
    assert abs(FROM_ALAW[alaw_of(sample)] - sample) <= 520
    assert abs(FROM_MULAW[mulaw_of(sample)] - sample) <= 652


@pytest.mark.parametrize("law", ["a", "mu"])
def test_a_sine_survives_with_the_quality_of_a_telephone(law):
    encode, table = (alaw_of, FROM_ALAW) if law == "a" else (mulaw_of, FROM_MULAW)
    wave = [int(8000 * math.sin(n * 0.7)) for n in range(2000)]
    noise = sum((table[encode(sample)] - sample) ** 2 for sample in wave)
    assert 10 * math.log10(sum(sample**2 for sample in wave) / noise) > 35


def test_transcoding_there_and_back_moves_a_sample_by_a_step_at_most():
    for byte in range(256):
        back = MULAW_TO_ALAW[ALAW_TO_MULAW[byte]]
        assert abs(FROM_ALAW[back] - FROM_ALAW[byte]) <= max(16, abs(FROM_ALAW[byte]) // 15)


def test_silence_stays_silence():
    assert FROM_MULAW[ALAW_TO_MULAW[0xD5]] in {0, 8}
    assert abs(FROM_ALAW[MULAW_TO_ALAW[0xFF]]) == 8


def test_the_same_law_is_passed_on_untouched():
    payload = bytes(range(256))
    assert transcoded(payload, source=Codec.PCMU, target=Codec.PCMU) is payload
    assert transcoded(payload, source=Codec.PCMA, target=Codec.PCMU) == ALAW_TO_MULAW


def test_samples_are_sixteen_bits_little_endian():
    assert pcm_of(b"\xd5\x55") == struct.pack("<2h", 8, -8)
    assert pcm_of(b"\x00", Codec.PCMU) == struct.pack("<h", -32124)
