"""Offer and answer (RFC 3264): what both ends of a leg have said about audio."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from callward.line.sip.sdp import Description, Ours, read_sdp, write_answer, write_offer

if TYPE_CHECKING:
    from callward.line.ports import MediaAddress


class OfferAnswer:
    """The descriptions of one leg; the version grows whenever ours changes."""

    def __init__(self, host: str) -> None:
        self.port = 0
        self.held = False
        self.peer: MediaAddress | None = None
        self._host = host
        self._session = secrets.randbelow(2**31)
        self._version = 1
        self._last: str | None = None

    def offer(self) -> str:
        """Our offer, with the codec in use first."""
        codec = self.peer.codec if self.peer else None
        events = self.peer.telephone_event if self.peer else None
        self._grow(write_offer(self._ours(), codec=codec, events=events))
        return self._keep(write_offer(self._ours(), codec=codec, events=events))

    def answer(self, text: str) -> str:
        """Take the peer's offer and write our answer; raises UnusableSdpError, changing nothing."""
        offer = read_sdp(text, preferred=self.peer.codec if self.peer else None)
        self.peer = offer.media
        self._grow(self._answered(offer))
        return self._keep(self._answered(offer))

    def look(self, text: str) -> None:
        """Take the peer's first offer, to be answered later."""
        self.peer = read_sdp(text).media

    def take(self, text: str) -> bool:
        """Take the peer's answer; whether it changes anything. Raises UnusableSdpError."""
        before = self.peer
        self.peer = read_sdp(text, preferred=before.codec if before else None).media
        return self.peer != before

    def _answered(self, offer: Description) -> str:
        sends = offer.media.receives
        receives = offer.media.sends and not self.held
        return write_answer(self._ours(sends=sends, receives=receives), offer)

    def _ours(self, *, sends: bool = True, receives: bool | None = None) -> Ours:
        return Ours(
            host=self._host,
            port=self.port,
            session=self._session,
            version=self._version,
            sends=sends,
            receives=not self.held if receives is None else receives,
        )

    def _grow(self, written: str) -> None:
        if self._last is not None and written != self._last:
            self._version += 1

    def _keep(self, written: str) -> str:
        self._last = written
        return written
