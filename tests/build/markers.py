"""Persons that nobody is, and what each of them leaves behind wherever something leaks."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

CLONE = Path(__file__).resolve().parents[2]
POLICY = str(CLONE / "policies" / "therapy-association.toml")
SLUG = "therapy-association"
OPENING = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
AFTERWARDS = datetime(2031, 4, 2, 0, 30, tzinfo=UTC)

# Nobody's: fictional ranges, reserved names; each stands nowhere else in the clone.
CALLER, CALLEE, DIALLED = "+442079460836", "+12025550187", "+442079460871"
LINE = "+442079460842"  # what the declaration names: the controller's own published number
NAME, MAIL, STREET = "Zenobia Quarkmann", "zenobia@quarkpost.example", "Zambilelor 7719"
FILE, CASE, REASON = "Xylokarp-Akte", "KLG-Ypsilanti", "asked by Ypsilanti Brunhold"
GREETING = "Hyazinthus recorded greeting"
USERNAME, STAFF, VISITOR = "kunibald", "Kunibald Oxenstern", "203.0.113.77"
AGENT = "Zyklotron-Browser"
SPOKEN = b"spoken words of Zenobia"
