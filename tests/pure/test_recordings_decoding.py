"""The whole decode: length, faults and loudness, from memory alone."""

from __future__ import annotations

import pytest

from build.recordings import InMemory, mp3_tone, wav_tone
from callward.recordings.recording_verification import decode
from callward.recordings.rules import pack_wave, read_wave, verdict, wave_of
from callward.recordings.states import RecordingState


@pytest.mark.parametrize("channels", [1, 2])
def test_an_mp3_is_measured_by_what_it_decodes_to(channels):
    found = decode(InMemory(mp3_tone(seconds=3, channels=channels)))

    assert found.faults == 0
    assert found.seconds == pytest.approx(3, abs=0.2)
    assert len(found.loudness) == channels


def test_a_wav_is_measured_exactly():
    found = decode(InMemory(wav_tone(seconds=2)))

    assert (found.faults, found.seconds) == (0, 2.0)


def test_garbage_is_counted_as_a_fault_and_raises_nothing():
    found = decode(InMemory(b"\x00garbage\xff" * 500))

    assert found.faults > 0
    assert found.seconds == 0


def test_a_truncated_mp3_is_shorter_than_it_was_told():
    whole = mp3_tone(seconds=10)

    found = decode(InMemory(whole[: len(whole) // 2]))

    state, fault = verdict(told=10, measured=found.seconds, tolerance=2, faults=0)
    assert (state, fault) == (RecordingState.DEGRADED, "length-differs")


def test_the_wave_is_loud_where_the_speech_is_loud():
    quiet, loud = wav_tone(seconds=1, amplitude=300), wav_tone(seconds=1, amplitude=30000)

    levels = [max(wave_of(decode(InMemory(wav)).loudness[0])) for wav in (quiet, loud)]

    assert levels[0] < 5
    assert levels[1] > 100


def test_the_wave_has_no_more_points_than_asked_and_forgets_no_peak():
    loudness = [0] * 9999
    loudness[7777] = 32767

    wave = wave_of(loudness, points=1500)

    assert len(wave) == 1500
    assert max(wave) == 127


def test_the_wave_reads_back_as_it_was_written():
    view = read_wave(pack_wave(12.5, [bytes([0, 127]), bytes([64, 127, 3])]))

    assert view.seconds == 12.5
    assert view.channels == ((0.0, 1.0), (0.504, 1.0))


@pytest.mark.parametrize(
    ("told", "measured", "faults", "state", "fault"),
    [
        (10, 10, 0, RecordingState.VERIFIED, ""),
        (10, 12, 0, RecordingState.VERIFIED, ""),
        (10, 12.1, 0, RecordingState.DEGRADED, "length-differs"),
        (10, 7.9, 0, RecordingState.DEGRADED, "length-differs"),
        (0, 7.9, 0, RecordingState.VERIFIED, ""),
        (10, 10, 1, RecordingState.DEGRADED, "decode-faults"),
        (10, 0, 3, RecordingState.FAILED, "no-audio"),
    ],
)
def test_the_verdict_follows_the_tolerance_of_the_policy(told, measured, faults, state, fault):
    assert verdict(told=told, measured=measured, tolerance=2, faults=faults) == (state, fault)


def test_a_playlist_opens_no_other_file(tmp_path, monkeypatch):
    (tmp_path / "other.wav").write_bytes(wav_tone(seconds=2))
    monkeypatch.chdir(tmp_path)

    found = decode(InMemory(b"ffconcat version 1.0\nfile other.wav\n"))

    assert (found.seconds, found.faults) == (0, 1)
