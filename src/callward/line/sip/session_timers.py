"""Session timers (RFC 4028): a call whose other end is gone ends by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

LEAST = 90  # RFC 4028 section 5
_LONGEST = 86_400
_VALUE = re.compile(r"^\s*([0-9]{1,9})\s*(?:;(.*))?$")


class Refresher(StrEnum):
    """Who refreshes, in the words of one transaction: its client or its server."""

    CLIENT = "uac"
    SERVER = "uas"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """How long a session lives without a refresh, and whether we give it."""

    seconds: int
    ours: bool

    @property
    def refresh_after(self) -> float:
        """We refresh at half time."""
        return self.seconds / 2

    @property
    def dead_after(self) -> float:
        """Without a refresh it is over a little before its end, as section 10 says."""
        return self.seconds - min(32, self.seconds / 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expires:
    """A Session-Expires header."""

    seconds: int
    refresher: Refresher | None

    def __str__(self) -> str:
        who = f";refresher={self.refresher}" if self.refresher else ""
        return f"{self.seconds}{who}"


def read_expires(value: str | None) -> Expires | None:
    """Read Session-Expires; None when it is absent or unreadable."""
    found = _VALUE.match(value or "")
    if found is None:
        return None
    words = {word.strip().lower() for word in (found[2] or "").split(";")}
    chosen = [each for each in Refresher if f"refresher={each}" in words]
    seconds = min(int(found[1]), _LONGEST)
    return Expires(seconds=seconds, refresher=chosen[0] if chosen else None)


def read_least(value: str | None) -> int | None:
    """Read Min-SE."""
    found = _VALUE.match(value or "")
    return min(int(found[1]), _LONGEST) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What we ask for and the least we take."""

    seconds: int
    least: int = LEAST

    def accept(self, asked: Expires | None, *, peer_can: bool) -> Expires:
        """Our answer to a peer's request: who refreshes how often."""
        seconds = min(asked.seconds, self.seconds) if asked else self.seconds
        seconds = max(seconds, self.least)
        if asked is not None and asked.refresher is not None and peer_can:
            return Expires(seconds=seconds, refresher=asked.refresher)
        return Expires(seconds=seconds, refresher=Refresher.SERVER)

    def too_small(self, asked: Expires | None) -> bool:
        """Whether the peer asks for refreshes more often than we take (422)."""
        return asked is not None and asked.seconds < self.least

    def agreed(self, answered: Expires | None) -> Session:
        """What a peer's answer to our request means; without one we watch alone."""
        if answered is None:
            return Session(seconds=self.seconds, ours=True)
        seconds = max(answered.seconds, self.least)
        return Session(seconds=seconds, ours=answered.refresher is not Refresher.SERVER)


def as_server(expires: Expires) -> Session:
    """The session after we have answered as the server of the transaction."""
    return Session(seconds=expires.seconds, ours=expires.refresher is Refresher.SERVER)
