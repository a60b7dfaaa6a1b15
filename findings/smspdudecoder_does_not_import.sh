#!/usr/bin/env bash
# smspdudecoder accepts any bitstring, and the present one lacks the class it needs: a fresh install cannot be imported.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --disable-pip-version-check smspdudecoder==2.2.0 bitstring==5.0.0
"$place/venv/bin/python" - <<'PROGRAM'
"""Install as its requirements say, import as its manual says."""

from importlib.metadata import requires, version

print("smspdudecoder", version("smspdudecoder"), "wants", requires("smspdudecoder"), "has bitstring", version("bitstring"))
try:
    from smspdudecoder.codecs import GSM
except ImportError as refused:
    assert "BitStream" in str(refused)
    print("import:", str(refused).split(" (")[0])
else:
    raise SystemExit(f"imports now: {GSM}")
PROGRAM
