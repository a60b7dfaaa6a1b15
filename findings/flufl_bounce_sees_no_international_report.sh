#!/usr/bin/env bash
# flufl.bounce finds no failure in a delivery report of an internationalised address (RFC 6533), and the mail counts as delivered.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --disable-pip-version-check flufl.bounce==6.0.0
"$place/venv/bin/python" - <<'PROGRAM'
"""The same failure twice: reported by RFC 3464 and by RFC 6533, which servers with SMTPUTF8 send."""

import email
from importlib.metadata import version

from flufl.bounce import all_failures

REPORT = """From: MAILER-DAEMON@mail.example
To: info@example.com
MIME-Version: 1.0
Content-Type: multipart/report; report-type={report}; boundary="b"

--b
Content-Type: text/plain

Not delivered.

--b
Content-Type: message/{part}

Reporting-MTA: dns; mail.example

Final-Recipient: {recipient}
Action: failed
Status: 5.1.1

--b--
"""
plain = REPORT.format(report="delivery-status", part="delivery-status", recipient="rfc822; mara@example.net")
world = REPORT.format(report="delivery-status", part="global-delivery-status", recipient="utf-8; mara@example.net")
found = [all_failures(email.message_from_string(text)) for text in (plain, world)]
print("flufl.bounce", version("flufl.bounce"), found)
assert found[0] == (frozenset(), frozenset({b"mara@example.net"}))
assert found[1] == (frozenset(), frozenset())
PROGRAM
