"""One peer of a call: its SIP dialog and its audio, which begin and end together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from callward.line.media.g711 import RATE, alaw_of

if TYPE_CHECKING:
    from callward.line.ports import FrameSink, MediaLeg, SipLeg
    from callward.line.prompt_library import PromptAudio
    from callward.line.states import Party

SILENCE = b"\xd5" * 160
_BETWEEN_WAITS = SILENCE * 400  # eight seconds between two words of comfort
_TONE_HERTZ, _TONE_SIZE = 440, 8000
TONE = bytes(
    alaw_of(round(_TONE_SIZE * math.sin(2 * math.pi * _TONE_HERTZ * at / RATE)))
    for at in range(RATE * 2 // 5)
)

Heard = Callable[["PromptAudio", int, bool], None]
"""A prompt ended: which, how many frames went out, and whether that was all of it."""


class _Saying:
    """Some prompts one after the other."""

    def __init__(
        self,
        media: MediaLeg,
        prompts: Sequence[PromptAudio],
        heard: Heard | None,
        then: Callable[[], None] | None,
    ) -> None:
        self._media, self._left = media, list(prompts)
        self._heard, self._then = heard, then
        self._now: PromptAudio | None = None
        self._over = False

    def go_on(self) -> None:
        """Play the next prompt, or tell that all were played."""
        if self._left:
            self._now = self._left.pop(0)
            self._media.play(self._now.audio, done=self._done)
            return
        self._over, self._now = True, None
        if self._then:
            self._then()

    def break_off(self) -> None:
        """Say no more; what comes late from the media thread is nobody's any more."""
        if self._over:
            return
        self._over = True
        if self._now and self._heard:
            self._heard(self._now, 0, False)  # noqa: FBT003 - the form of a port

    def _done(self, frames: int, complete: bool) -> None:
        if self._over or self._now is None:
            return
        if not complete:
            self.break_off()
            return
        if self._heard:
            self._heard(self._now, frames, complete)
        if not self._over:
            self.go_on()


class Participant:
    """A peer with its leg and its port; ended once, whoever ends it."""

    def __init__(self, media: MediaLeg, *, party: Party, agent: str | None = None) -> None:
        self.media, self.party, self.agent = media, party, agent
        self.sip: SipLeg | None = None
        self.answered = False
        self.up = False
        self.held = False
        self.over = False
        self._saying: _Saying | None = None

    @property
    def port(self) -> int:
        """The port that the peer sends its audio to."""
        return self.media.port

    def say(
        self,
        prompts: Sequence[PromptAudio],
        *,
        heard: Heard | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Play these; `then` comes only when all were played to their end."""
        self.hush()
        self._saying = _Saying(self.media, prompts, heard, then)
        self._saying.go_on()

    def comfort(self, prompt: PromptAudio | None) -> None:
        """Play a word of comfort again and again, or keep silent where there is none."""
        self.hush()
        audio = (prompt.audio if prompt else b"") + _BETWEEN_WAITS
        self.media.play(audio, done=_nobody_asks, loop=True)

    def hush(self) -> None:
        """Play nothing."""
        if self._saying:
            self._saying.break_off()
            self._saying = None
        self.media.hush()

    def relay(self, other: Participant | None) -> None:
        """Let this peer be heard by another, or by nobody."""
        self.media.relay(other.media if other else None)

    def tap(self, sink: FrameSink | None) -> None:
        """Let the gate hear this peer too."""
        self.media.tap(sink, party=self.party)

    def end(self) -> None:
        """Hang up and free the port."""
        if self.over:
            return
        self.over = True
        self.hush()
        self.media.tap(None, party=self.party)
        self.media.relay(None)
        if self.sip:
            self.sip.end()
        self.media.close()


def _nobody_asks(frames: int, complete: bool) -> None:
    """Comfort ends when something else begins."""
