"""A prompt on its way to one peer, frame by frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.line.media.g711 import FRAME, SILENCE

if TYPE_CHECKING:
    from collections.abc import Callable


class PromptPlayback:
    """Headerless A-law that is being played, and who wants to know how far it came."""

    __slots__ = ("_audio", "_done", "_loop", "_place", "sent")

    def __init__(self, audio: bytes, *, done: Callable[[int, bool], None], loop: bool) -> None:
        self._audio, self._done, self._loop = audio, done, loop
        self._place = self.sent = 0

    def next_frame(self) -> bytes | None:
        """The next 20 ms; None behind the end."""
        if self._place >= len(self._audio):
            if not self._loop or not self._audio:
                return None
            self._place = 0
        frame = self._audio[self._place : self._place + FRAME]
        self._place += FRAME
        return frame.ljust(FRAME, SILENCE)

    def tell(self, *, complete: bool) -> None:
        """Say how many frames went out, and whether that was all; on the loop thread."""
        self._done(self.sent, complete)
