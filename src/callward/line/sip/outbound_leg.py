"""A leg that we begin: rings, is answered, refused, not answered, or cancelled by us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.line.sip.client_transaction import ClientTransaction
from callward.line.sip.dialog import ALLOW, sdp_body
from callward.line.sip.errors import UnusableSdpError
from callward.line.sip.headers import first, header
from callward.line.sip.session_timers import Wanted, read_expires, read_least
from callward.line.sip.sip_leg import Leg
from callward.line.sip.states import LegState
from callward.line.states import HangUp

if TYPE_CHECKING:
    from callward.line.sip.sippy_stack import Message

_SUCCESS = range(200, 300)
_BUSY = frozenset({486, 600})
_NOBODY = frozenset({408, 480, 487})
_UNREACHABLE = frozenset({404, 410, 484, 502, 503, 504, 604})
_TOO_SMALL = 422
_UNUSABLE = 488
_GRACE = 5


def why_refused(code: int, *, heard: bool) -> HangUp:
    """A final refusal in our words; silence of the whole side is not an absent person."""
    if code in _BUSY:
        return HangUp.BUSY
    if code in _NOBODY:
        return HangUp.NO_ANSWER if heard else HangUp.UNREACHABLE
    return HangUp.UNREACHABLE if code in _UNREACHABLE else HangUp.REJECTED


class OutboundLeg(Leg):
    """Begun by our INVITE."""

    _inviting: ClientTransaction | None = None
    _rang = False

    def invite(self, *, port: int, ring_seconds: float) -> None:
        """Send the INVITE; `leg_ended` comes when nobody answers in time."""
        self.talk.port = port
        self._ring_seconds = ring_seconds
        self.later(ring_seconds, self._gave_up)
        self._send(self.side.sessions)

    def _send(self, sessions: Wanted) -> None:
        self._asked = sessions
        self._inviting = ClientTransaction(
            self.side.transactions,
            self.dialog,
            "INVITE",
            headers=(
                header("Allow", ALLOW),
                header("Supported", "timer"),
                header("Session-Expires", str(sessions.seconds)),
                header("Min-SE", str(sessions.least)),
            ),
            body=sdp_body(self.talk.offer()),
            expires=int(self._ring_seconds) + _GRACE,
            credentials=self.side.credentials(self.facts.trunk),
            provisional=self._progressed,
            final=self._settled,
            acknowledged=self._went_up,
        )

    def leave(self) -> None:
        """CANCEL while nobody has answered, a BYE afterwards."""
        if self.state is LegState.BEGUN and self._inviting is not None:
            self._inviting.cancel()
        else:
            super().leave()

    def _gave_up(self) -> None:
        if self.state is LegState.BEGUN:
            self.drop(HangUp.NO_ANSWER)

    def _progressed(self, response: Message) -> None:
        if self.state is not LegState.BEGUN or int(response.getSCode()[0]) == 100:  # noqa: PLR2004 - Trying
            return
        self.notice_agent(response)
        if not self._rang:
            self._rang = True
            self.tell(lambda listener: listener.leg_rang(self))

    def _settled(self, response: Message) -> None:
        code = int(response.getSCode()[0])
        if code in _SUCCESS:
            self._answered(response)
        elif self.state is LegState.BEGUN:
            self._refused(response, code)

    def _answered(self, response: Message) -> None:
        """Learn the dialog; a call that we have given up meanwhile is hung up after its ACK."""
        tag = response.getHFBody("to").getTag()
        self.dialog.remote_tag = str(tag) if tag else None
        self.dialog.learn_routes(response, reverse=True)
        self.dialog.learn_target(response, trusted=self._trusted)
        if self._inviting is not None:
            self._inviting.ack_to(self.dialog.hop)
        if self.state is LegState.ENDED:
            self._bye_owed = True
            return
        self.notice_agent(response)
        body = response.getBody()
        try:
            self.talk.take(str(body) if body is not None else "")
        except UnusableSdpError:
            self._bye_owed = True
            self.finish(HangUp.REJECTED, _UNUSABLE)
            return
        self.watch(self._asked.agreed(read_expires(first(response, "session-expires"))))

    def _trusted(self, host: str) -> bool:
        return self.side.trusted(host, self.trunk)

    def _went_up(self) -> None:
        """The ACK went: now the call may know."""
        media = self.talk.peer
        if self.state is LegState.ENDED or media is None:
            self.pay_bye()
            return
        self.state = LegState.UP
        self.tell(lambda listener: listener.leg_answered(self, media))
        if self.state is LegState.UP:
            self.tell(lambda listener: listener.leg_acknowledged(self))
            self._reoffers.ready()

    def _refused(self, response: Message, code: int) -> None:
        least = read_least(first(response, "min-se"))
        if code == _TOO_SMALL and least is not None and least > self._asked.seconds:
            self._send(Wanted(seconds=least, least=self._asked.least))
            return
        heard = self._inviting is not None and self._inviting.progressed
        self.finish(why_refused(code, heard=heard), code)
