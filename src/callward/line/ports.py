"""What the call flow asks of SIP, of media and of time; adapters: `line.sip` and `line.media`.

Everything here is called on the one SIP loop thread, and every callback arrives on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from callward.line.states import Codec, HangUp, Party


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaAddress:
    """Where a peer wants its audio, and in which form; read from its SDP, written into ours."""

    host: str
    port: int
    codec: Codec
    telephone_event: int | None  # the peer's own payload type, echoed
    sends: bool = True
    receives: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom to dial: a trunk's number or an agent's registered phone."""

    user: str
    host: str
    port: int
    trunk: str | None = None  # the trunk whose digest answers a challenge


class Timers(Protocol):
    """Later, on the loop thread."""

    def after(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        """Call once after so many seconds; returns what cancels it."""

    def soon(self, call: Callable[[], None]) -> None:
        """Call on the loop thread; may be asked from any thread."""


class LegListener(Protocol):
    """What a SIP leg tells its call."""

    def leg_rang(self, leg: SipLeg) -> None: ...
    def leg_answered(self, leg: SipLeg, media: MediaAddress) -> None: ...
    def leg_acknowledged(self, leg: SipLeg) -> None: ...
    def leg_reoffered(self, leg: SipLeg, media: MediaAddress) -> None: ...
    def leg_asked_transfer(self, leg: SipLeg, target: str, replaces: str | None) -> None:
        """A phone's REFER: to a phone or number; `replaces` is the ref of our own other leg."""

    def leg_transferred(self, leg: SipLeg, code: int) -> None:
        """How our own `refer` ended."""

    def leg_ended(self, leg: SipLeg, why: HangUp, code: int | None) -> None: ...


class SipLeg(Protocol):
    """One dialog with one peer."""

    @property
    def ref(self) -> str:
        """Our own name of the leg, without anything of a person in it."""

    @property
    def call_id(self) -> str: ...
    @property
    def asserted_number(self) -> str | None:
        """The peer's number in E.164 where it is one."""

    @property
    def dialled_number(self) -> str | None: ...
    @property
    def redirects(self) -> tuple[str, ...]:
        """Numbers the call was redirected from (Diversion, History-Info) (C-05)."""

    @property
    def user_agent(self) -> str | None: ...
    @property
    def remote_address(self) -> str: ...
    @property
    def trunk(self) -> str | None:
        """The carrier this leg comes from or goes to."""

    @property
    def phone(self) -> str | None:
        """The agent's phone this leg comes from or goes to."""

    @property
    def media(self) -> MediaAddress | None:
        """The peer's last offer or answer."""

    def ring(self, *, early_port: int | None = None) -> None:
        """180, or 183 with our media port."""

    def answer(self, *, port: int) -> None:
        """200 with our media port."""

    def reject(self, code: int) -> None:
        """A final refusal before the answer."""

    def hold(self, *, held: bool, port: int) -> None:
        """Re-INVITE towards the peer: sendonly, or sendrecv again."""

    def refer(self, target: str) -> None:
        """Send the peer elsewhere (blind transfer towards a trunk that supports it)."""

    def tell_transfer(self, code: int) -> None:
        """How the transfer that the peer asked for went: 200, or the code of its failure."""

    def end(self) -> None:
        """BYE or CANCEL, whichever fits; safe to call twice."""


class CallTaker(Protocol):
    """Who takes new inbound calls."""

    def call_offered(self, leg: SipLeg) -> LegListener:
        """A call stands before the door; answered, rung or rejected now or later."""


class SipSide(Protocol):
    """The SIP endpoint; new inbound calls are handed to the listener given at start."""

    def dial(
        self,
        target: Target,
        *,
        caller: str,
        port: int,
        listener: LegListener,
        ring_seconds: float,
        display: str | None = None,
    ) -> SipLeg:
        """Send an INVITE with our media port."""

    def phone(self, user: str) -> Target | None:
        """Where an agent's phone is reached now; None when it is not."""

    def trunk(self, ref: str, number: str) -> Target | None:
        """A number as dialled through this trunk; None while its host is not known."""


class FrameSink(Protocol):
    """Where received audio frames go: the consent gate, and nothing else, implements it."""

    def frame(self, party: Party, codec: Codec, payload: bytes, at: float) -> None:
        """Take one received frame of a party; `at` is monotonic seconds of its place in time.

        Called on the media thread, and must neither block nor raise.
        """


class MediaLeg(Protocol):
    """One RTP socket towards one peer."""

    @property
    def port(self) -> int: ...
    @property
    def received(self) -> int:
        """Packets of this peer that came."""

    @property
    def lost(self) -> int:
        """Packets of this peer that never came."""

    def connect(self, media: MediaAddress) -> None:
        """Send to (and accept from) this peer from now on; again after a re-offer."""

    def play(self, audio: bytes, *, done: Callable[[int, bool], None], loop: bool = False) -> None:
        """Play headerless A-law 8 kHz; `done(frames_sent, complete)` comes on the loop thread."""

    def hush(self) -> None:
        """Stop playing; `done` is called with complete = False."""

    def relay(self, other: MediaLeg | None) -> None:
        """Pass this peer's audio to the other leg (one way), or to nobody."""

    def tap(self, sink: FrameSink | None, *, party: Party) -> None:
        """Hand received frames to the sink too."""

    def on_digit(self, listener: Callable[[str], None]) -> None:
        """Call on the loop thread for each digit, once, RFC 4733 or (where enabled) in-band."""

    def listen_in_band(self, *, on: bool) -> None:
        """Look for tones in the audio too, for carriers that send them."""

    def close(self) -> None:
        """Free the port; safe to call twice."""


class MediaPlane(Protocol):
    """The media engine, ours in Python today, rtpengine behind an edge later."""

    def open_leg(self, *, in_band: bool = False) -> MediaLeg: ...
    def figures(self) -> MediaFigures: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFigures:
    """What the engine counted since it started."""

    received: int
    relayed: int
    lost: int
    late_ticks: int
    legs_open: int
    delay_p99_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolKey:
    """The public key that what is spooled today is sealed to."""

    epoch: str
    public: bytes


class Spool(Protocol):
    """Where calls wait, sealed, for the worker to collect them."""

    def nearly_full(self) -> bool:
        """Whether no new recording may begin; running ones keep a reserve."""

    def begin(self, ref: UUID, *, key: SpoolKey, began: float, envelope: bytes) -> FrameWriter:
        """Begin a recording at monotonic second `began`; a crash leaves what is salvaged."""

    def keep(self, ref: UUID, *, key: SpoolKey, ledger: bytes, envelope: bytes) -> None:
        """Hand over a call without audio, sealed like one with; also after `abandon`."""


class FrameWriter(Protocol):
    """The sealed spool of one recording; only the gate holds it."""

    @property
    def failed(self) -> bool:
        """Whether something could not be written, so that the recording is not whole."""

    def note(self, line: bytes) -> None:
        """Add one ledger line, so that a salvaged recording has its ledger to the last."""

    def write(self, party: Party, codec: Codec, payload: bytes, at: float) -> None:
        """Put a frame on the timeline at monotonic second `at`; gaps become silence."""

    def gap(self, *, began: float, ended: float, label: str) -> None:
        """Keep the timeline over a pause, labelled."""

    def finish(self, ledger: bytes, envelope: bytes) -> None:
        """Close the spool durably; only then is it handed to the worker by its final name."""

    def abandon(self) -> None:
        """Wipe the wrapped key and remove the spool: nothing of it can be opened again."""
