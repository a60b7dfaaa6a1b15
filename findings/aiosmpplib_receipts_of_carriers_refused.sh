#!/usr/bin/env bash
# aiosmpplib raises ValueError on delivery receipts whose dates carry seconds or whose error code has a letter, as gateways send both.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --disable-pip-version-check aiosmpplib==0.7.4
"$place/venv/bin/python" - <<'PROGRAM'
"""The text of a receipt is the gateway's own (SMPP 3.4, appendix B: 'vendor specific')."""

from importlib.metadata import version

from aiosmpplib import DeliverSm

BOOK = "id:7f3a sub:001 dlvrd:001 submit date:2612010830 done date:2612010831 stat:DELIVRD err:000 text:"
OTHERS = {
    "dates with seconds": BOOK.replace("2612010830", "261201083012").replace("2612010831", "261201083140"),
    "error code with a letter": BOOK.replace("err:000", "err:0A1"),
}


def read(text):
    receipt = DeliverSm(short_message=text, esm_class=4)
    assert receipt.is_receipt()
    return receipt.parse_receipt()


print("aiosmpplib", version("aiosmpplib"), read(BOOK)["stat"])
for what, text in OTHERS.items():
    try:
        read(text)
    except ValueError as refused:
        print(what, "->", type(refused).__name__, refused)
    else:
        raise SystemExit(f"read now: {what}")
PROGRAM
