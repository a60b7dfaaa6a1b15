#!/usr/bin/env bash
# aiosmpplib packs seven letters without the filler of 3GPP TS 23.038 and reads them back as eight, the last an at sign.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --disable-pip-version-check aiosmpplib==0.7.4
"$place/venv/bin/python" - <<'PROGRAM'
"""Text of 7, 15 or 23 letters leaves one septet free; the norm fills it with a carriage return (6.1.2.3.1)."""

from importlib.metadata import version

from aiosmpplib import GSM7BitPackedCodec

codec = GSM7BitPackedCodec()
for length in range(1, 25):
    text = "k" * length
    packed, _count = codec.encode(text)
    back, _count = codec.decode(packed)
    print(length, len(packed), repr(back[length:]))
    assert back == (text + "@" if length % 8 == 7 else text)
print("aiosmpplib", version("aiosmpplib"), ": a code of seven digits arrives with a sign more")
PROGRAM
