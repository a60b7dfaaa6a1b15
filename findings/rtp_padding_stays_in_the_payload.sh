#!/usr/bin/env bash
# The rtp package notes the padding bit of a packet and leaves the padding in the payload, where it becomes sound.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --disable-pip-version-check rtp==0.0.4
"$place/venv/bin/python" - <<'PROGRAM'
"""A packet of 156 samples and four bytes of padding (RFC 3550 section 5.1), as border controllers send them."""

import struct

from rtp import RTP

packet = struct.pack("!BBHII", 0x80 | 0x20, 8, 1, 160, 1) + b"\xd5" * 156 + b"\0\0\0\4"
seen = RTP().fromBytes(bytearray(packet))
print("padding:", seen.padding, "payload:", len(seen.payload), "bytes of 156")
assert seen.padding is True
assert len(seen.payload) == 160
assert bytes(seen.payload[-4:]) == b"\0\0\0\4", "A-law 0 is a loud sample, and so is the count"
PROGRAM
