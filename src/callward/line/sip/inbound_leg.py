"""A leg that came to us: rung, answered or rejected by its call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.line.sip.dialog import sdp_body
from callward.line.sip.sip_leg import Leg, LegIdentity, Side
from callward.line.sip.states import LegState
from callward.line.states import HangUp

if TYPE_CHECKING:
    from callward.line.sip.dialog import Dialog
    from callward.line.sip.sippy_stack import Message, Transaction
    from callward.line.sip.transactions import Reply

_REASONS = {
    403: "Forbidden",
    404: "Not Found",
    408: "Request Timeout",
    480: "Temporarily Unavailable",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    500: "Server Internal Error",
    503: "Service Unavailable",
    603: "Decline",
}
_UNAVAILABLE = 480


class InboundLeg(Leg):
    """Begun by the peer's INVITE."""

    def __init__(
        self,
        side: Side,
        dialog: Dialog,
        facts: LegIdentity,
        *,
        invite: Message,
        transaction: Transaction,
    ) -> None:
        super().__init__(side, dialog, facts)
        self._invite = invite
        self._transaction = transaction
        self._settled = False
        self.notice_agent(invite)

    def begin(self) -> Reply:
        """100, and what a CANCEL or a missing ACK does; raises UnusableSdpError."""
        body = self._invite.getBody()
        if body is not None:
            self.talk.look(str(body))
        self._send(self._invite.genResponse(100, "Trying"))
        return None, self._cancelled, self._never_acknowledged

    def _send(self, response: Message) -> None:
        self.side.transactions.sendResponse(response, self._transaction)

    def _may_settle(self) -> bool:
        return self.state is LegState.BEGUN and not self._settled

    def ring(self, *, early_port: int | None = None) -> None:
        """180, or 183 with our media port."""
        if not self._may_settle():
            return
        if early_port is None or self._invite.getBody() is None:
            self._send(self.response(self._invite, 180, "Ringing"))
            return
        self.talk.port = early_port
        body = sdp_body(self.talk.answer(str(self._invite.getBody())))
        self._send(self.response(self._invite, 183, "Session Progress", body=body))

    def answer(self, *, port: int) -> None:
        """200 with our media port."""
        if not self._may_settle():
            return
        self._settled = True
        self.talk.port = port
        offer = self._invite.getBody()
        written = self.talk.offer() if offer is None else self.talk.answer(str(offer))
        headers = self._reoffers.session_headers(self._invite)
        response = self.response(self._invite, 200, "OK", *headers, body=sdp_body(written))
        self.state = LegState.ANSWERED
        self.side.transactions.sendResponse(response, self._transaction, ack_cb=self._acknowledged)

    def reject(self, code: int) -> None:
        """A final refusal before the answer; later, an end."""
        if not self._may_settle():
            self.end()
            return
        self._refuse(code)
        self.finish(HangUp.BY_US, code)

    def _refuse(self, code: int) -> None:
        self._settled = True
        self._send(self.response(self._invite, code, _REASONS.get(code, "Refused")))

    def leave(self) -> None:
        """A refusal while nobody has answered, a BYE afterwards."""
        if self._may_settle():
            self._refuse(_UNAVAILABLE)
        else:
            super().leave()

    def before_bye(self) -> None:
        """A BYE before the answer also ends the waiting INVITE."""
        if self._may_settle():
            self._refuse(487)

    def _acknowledged(self, ack: Message) -> None:
        if self.state is LegState.ENDED:
            self.pay_bye()
            return
        self.state = LegState.UP
        if self._invite.getBody() is None and not self._reoffers.take_late_answer(ack):
            return
        self.tell(lambda listener: listener.leg_acknowledged(self))
        self._reoffers.ready()

    def _never_acknowledged(self) -> None:
        if self.state is LegState.ENDED:
            self.pay_bye()
            return
        self.state = LegState.UP  # so that it is left by a BYE
        self.drop(HangUp.TIMED_OUT)

    def _cancelled(self, *when: object) -> None:
        del when
        self._settled = True  # sippy has sent the 487
        self.finish(HangUp.CANCELLED)
