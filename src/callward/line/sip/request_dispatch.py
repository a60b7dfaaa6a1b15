"""Requests that come from outside: calls, registrations, questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from callward.kernel.clock import stopwatch
from callward.line.limits import Drop
from callward.line.sip import headers
from callward.line.sip.access_control import AccessControl, Carrier, Phone, Refusal
from callward.line.sip.dialog import ALLOW, USER_AGENT, Dialog, new_leg_ref, sdp_body
from callward.line.sip.errors import UnusableSdpError
from callward.line.sip.session_timers import read_expires
from callward.line.sip.sip_leg import Leg, LegIdentity, Side
from callward.line.sip.sippy_stack import SipURL, report_fault
from callward.line.sip.states import LegState
from callward.line.states import HangUp

if TYPE_CHECKING:
    from callward.line.limits import CallLimits
    from callward.line.ports import CallTaker
    from callward.line.sip.sippy_stack import Header, Message, Transaction
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


_SPOKEN = frozenset({"timer"})


class DispatchSide(Side, Protocol):
    """What arriving requests need of the endpoint."""

    @property
    def access(self) -> AccessControl: ...
    @property
    def limits(self) -> CallLimits: ...
    @property
    def running(self) -> int: ...
    def contact(self) -> str: ...
    def keep(self, leg: Leg) -> None: ...
    def leg_of(self, call_id: str, tag: str) -> Leg | None: ...
    def count(self, why: Drop) -> None: ...


class RequestDispatch:
    """Answers each new request, or hands it to the leg or the call it is for."""

    def __init__(self, endpoint: DispatchSide, taker: CallTaker) -> None:
        self._endpoint = endpoint
        self._taker = taker

    def asked(self, request: Message, transaction: Transaction) -> Reply | None:
        """One new request."""
        method, tag = str(request.getMethod()), request.getHFBody("to").getTag()
        if tag is not None:
            return self._in_dialog(request, transaction, str(tag))
        if method == "INVITE":
            return self._invited(request, transaction)
        if method == "REGISTER":
            return self._registered(request)
        if method == "OPTIONS":
            return _reply(request, 200, "OK", *_abilities())
        if method in {"SUBSCRIBE", "PUBLISH", "NOTIFY"}:
            return _reply(request, 489, "Bad Event")
        return _reply(request, 405, "Method Not Allowed", headers.header("Allow", ALLOW))

    def _in_dialog(self, request: Message, transaction: Transaction, tag: str) -> Reply | None:
        leg = self._endpoint.leg_of(str(request.getHFBody("call-id")), tag)
        if leg is None:
            return _reply(request, 481, "Call/Transaction Does Not Exist")
        source = str(request.getSource()[0])
        known = {leg.remote_address, leg.dialog.hop[0]}
        if source not in known and not self._endpoint.trusted(source, leg.trunk):
            self._endpoint.count(Drop.WRONG_ADDRESS)
            return _reply(request, 403, "Forbidden")
        return leg.requested(request, transaction)

    # Calls.

    def _invited(self, request: Message, transaction: Transaction) -> Reply | None:
        who = self._endpoint.access.who(request)
        if isinstance(who, Refusal):
            return self._refused(request, who)
        refusal = self._unacceptable(request)
        if refusal is not None:
            return refusal
        full = self._endpoint.limits.refusal(running=self._endpoint.running, at=stopwatch())
        if full is not None:
            self._endpoint.count(full)
            wait = headers.header("Retry-After", "5")
            return _reply(request, 503, "Service Unavailable", wait)
        leg = InboundLeg(
            self._endpoint,
            self._dialog(request, who),
            self._facts(request, who),
            invite=request,
            transaction=transaction,
        )
        try:
            reply = leg.begin()
        except UnusableSdpError:
            return _reply(request, 488, "Not Acceptable Here")
        self._offer(leg)
        return reply

    def _offer(self, leg: InboundLeg) -> None:
        self._endpoint.keep(leg)
        try:
            leg.listen(self._taker.call_offered(leg))
        except Exception as error:  # noqa: BLE001 - one call's fault must not end the others
            self._endpoint.count(Drop.FAULT)
            report_fault(error, during="call")
            leg.reject(500)

    def _unacceptable(self, request: Message) -> Reply | None:
        """What no call may be: without an address, with demands we do not know, without a hop."""
        sessions = self._endpoint.sessions
        unknown = headers.tokens(request, "require") - _SPOKEN
        if request.countHFs("contact") != 1 or request.getHFBody("contact").asterisk:
            return _reply(request, 400, "Bad Contact")
        if unknown:
            listed = headers.header("Unsupported", ", ".join(sorted(unknown)))
            return _reply(request, 420, "Bad Extension", listed)
        if headers.first(request, "max-forwards") == "0":
            return _reply(request, 483, "Too Many Hops")
        if headers.first(request, "replaces") is not None:
            return _reply(request, 481, "No Such Call To Replace")
        if sessions.too_small(read_expires(headers.first(request, "session-expires"))):
            least = headers.header("Min-SE", str(sessions.least))
            return _reply(request, 422, "Session Interval Too Small", least)
        return None

    def _dialog(self, request: Message, who: Carrier | Phone) -> Dialog:
        from_, to = request.getHFBody("from"), request.getHFBody("to")
        dialog = Dialog(
            call_id=str(request.getHFBody("call-id")),
            local=_without_tag(to),
            remote=_without_tag(from_),
            remote_tag=from_.getTag(),
            contact=self._endpoint.contact(),
            target=SipURL(str(request.getHFBody("contact").getUrl())),
            hop=request.getSource(),
        )
        dialog.in_order(int(request.getHFBody("cseq").getCSeqNum()))
        dialog.learn_routes(request, reverse=False)
        trunk = who.trunk.ref if isinstance(who, Carrier) else None
        dialog.learn_target(request, trusted=lambda host: self._endpoint.trusted(host, trunk))
        return dialog

    @staticmethod
    def _facts(request: Message, who: Carrier | Phone) -> LegIdentity:
        source, dialled = str(request.getSource()[0]), str(request.getRURI())
        if isinstance(who, Phone):
            return LegIdentity(
                ref=new_leg_ref(),
                remote_address=source,
                phone=who.name,
                dialled_number=headers.plain_user(dialled),
            )
        region = who.trunk.region
        to = headers.first(request, "to")
        return LegIdentity(
            ref=new_leg_ref(),
            remote_address=source,
            trunk=who.trunk.ref,
            asserted_number=headers.caller_number(request, region=region),
            dialled_number=headers.number_in(dialled, region=region)
            or headers.number_in(to, region=region),
            redirects=headers.redirects(request, region=region),
        )

    def _refused(self, request: Message, why: Refusal) -> Reply:
        name = "WWW-Authenticate" if why.code == 401 else "Proxy-Authenticate"  # noqa: PLR2004 - RFC 3261
        if why.challenge is None:
            self._endpoint.count(Drop.WRONG_ADDRESS)
            return _reply(request, why.code, why.reason)
        return _reply(request, why.code, why.reason, headers.header(name, why.challenge))

    # Phones.

    def _registered(self, request: Message) -> Reply:
        who = self._endpoint.access.who(request)
        if isinstance(who, Refusal):
            return self._refused(request, who)
        named = headers.plain_user(headers.first(request, "to"))
        if not isinstance(who, Phone) or named != who.name:
            return self._refused(request, Refusal(code=403, reason="Forbidden"))
        registrar = self._endpoint.access.registrar
        seconds = registrar.register(who.name, request, at=stopwatch())
        if seconds is None:
            least = headers.header("Min-Expires", "60")
            return _reply(request, 423, "Interval Too Brief", least)
        contact = registrar.contact(who.name)
        shown = [headers.header("Contact", f"<{contact}>;expires={seconds}")] if contact else []
        return _reply(request, 200, "OK", *shown)


def _without_tag(address_header: Message) -> str:
    address = address_header.getUri().getCopy()
    if address.getParam("tag") is not None:
        address.delParam("tag")
    return str(address)


def _abilities() -> list[Header]:
    named = (("Allow", ALLOW), ("Accept", "application/sdp"), ("Supported", "timer"))
    return [headers.header(name, value) for name, value in named]


def _reply(request: Message, code: int, reason: str, *extra: Header) -> Reply:
    response = request.genResponse(code, reason, None, server=USER_AGENT)
    response.appendHeaders(list(extra))
    return response, None, None
