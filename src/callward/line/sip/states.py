"""The closed lists of words of the SIP side."""

from __future__ import annotations

from enum import StrEnum


class LegState(StrEnum):
    """Where a leg stands."""

    BEGUN = "begun"
    ANSWERED = "answered"  # our 200 is out, the ACK is not in
    UP = "up"
    ENDED = "ended"
