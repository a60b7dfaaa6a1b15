#!/usr/bin/env bash
# A call kept as variable-rate MP3 without a Xing header is read only in part by soundfile, without an error; three libraries name three lengths.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --disable-pip-version-check lameenc==1.9.0 soundfile==0.14.0 mutagen==1.48.1 av==18.1.0
"$place/venv/bin/python" - <<'PROGRAM'
"""One minute that opens with five loud seconds: what remains of it, and how long each says it is."""

import array
import io
import random

import av
import lameenc
import mutagen.mp3
import soundfile

RATE, SECONDS = 8000, 60
noise = random.Random(1)
loud = array.array("h", (noise.randint(-12000, 12000) for _ in range(5 * RATE)))
quiet = array.array("h", bytes(2 * RATE * (SECONDS - 5)))
encoder = lameenc.Encoder()
encoder.set_in_sample_rate(RATE)
encoder.set_channels(1)
encoder.set_vbr(4)
encoder.set_vbr_quality(4)
encoder.silence()
mp3 = bytes(encoder.encode((loud + quiet).tobytes()) + encoder.flush())
assert b"Xing" not in mp3 and b"Info" not in mp3

samples, rate = soundfile.read(io.BytesIO(mp3))
read = len(samples) / rate
decoded = sum(frame.samples for frame in av.open(io.BytesIO(mp3)).decode(audio=0)) / RATE
header = av.open(io.BytesIO(mp3)).duration / av.time_base
tag = mutagen.mp3.MP3(io.BytesIO(mp3)).info.length
print(f"soundfile {soundfile.__version__} on libsndfile {soundfile.__libsndfile_version__}: {read:.1f} s read")
print(f"PyAV {av.__version__}: {decoded:.1f} s decoded, {header:.1f} s by its header")
print(f"mutagen {mutagen.version_string}: {tag:.1f} s")
assert 60 <= decoded < 60.5, "the whole call is there"
assert 16 < read < 18, "soundfile ends after a third, and raises nothing"
assert 16 < tag < 18 and 26 < header < 28, "both lengths are guesses from the rate of the first frames"
PROGRAM
