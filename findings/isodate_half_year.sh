#!/usr/bin/env bash
# isodate: half a year equals six months, hashes otherwise, prints as nothing, and cannot be added to a day.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --disable-pip-version-check isodate==0.7.2
"$place/venv/bin/python" - <<'PROGRAM'
"""Two spellings of one retention period that compare equal and behave differently."""

from datetime import date

import isodate

half, six = isodate.parse_duration("P0.5Y"), isodate.parse_duration("P6M")
print(repr(half), repr(six), half == six, hash(half) == hash(six), len({half, six}))
assert half == six
assert hash(half) != hash(six), "equal values, two members of one set"
assert repr(half).endswith("years=0, months=0)"), "its repr shows no length at all"
assert date(2026, 8, 31) + six == date(2027, 2, 28)
try:
    print(date(2026, 8, 31) + half)
except ValueError as refused:
    print("added to a day:", refused)
else:
    raise SystemExit("half a year can be added now")
PROGRAM
