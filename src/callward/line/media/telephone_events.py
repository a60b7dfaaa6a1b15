"""Digits that a peer sends as named events (RFC 4733), each once."""

from __future__ import annotations

from collections import deque

KEYS = "0123456789*#ABCD"
_EVENT_SIZE = 4
_REMEMBERED = 8


class TelephoneEvents:
    """Hears each event once, however often and in whatever order its packets come."""

    __slots__ = ("_heard",)

    def __init__(self) -> None:
        self._heard: deque[tuple[int, int, int]] = deque(maxlen=_REMEMBERED)

    def hear(self, payload: bytes, ssrc: int, stamp: int) -> str | None:
        """Say the digit when this packet is the first of its event."""
        if len(payload) < _EVENT_SIZE or payload[0] >= len(KEYS):
            return None
        event = (ssrc, stamp, payload[0])
        if event in self._heard:
            return None
        self._heard.append(event)
        return KEYS[payload[0]]
