"""One dialog with one peer: what both directions of a call have in common."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from callward.line.sip.client_transaction import ClientTransaction
from callward.line.sip.dialog import ALLOW, USER_AGENT
from callward.line.sip.headers import first, header
from callward.line.sip.refer import Refer
from callward.line.sip.reoffers import Reoffers
from callward.line.sip.sdp import Description, Ours, read_sdp, write_answer, write_offer
from callward.line.sip.states import LegState
from callward.line.states import HangUp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from callward.line.ports import LegListener, MediaAddress, Timers
    from callward.line.sip.dialog import Dialog
    from callward.line.sip.digest import Credentials
    from callward.line.sip.session_timers import Session, Wanted
    from callward.line.sip.sippy_stack import Header, Message, Transaction
    from callward.line.sip.transactions import Reply, Transactions


class OfferAnswer:
    """Offer and answer of one leg (RFC 3264); the version grows whenever ours changes."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class LegIdentity:
    """What is known of the peer from the first message on; none of it is ever logged."""

    ref: str
    remote_address: str
    trunk: str | None = None
    phone: str | None = None
    asserted_number: str | None = field(default=None, repr=False)
    dialled_number: str | None = field(default=None, repr=False)
    redirects: tuple[str, ...] = field(default=(), repr=False)


class Side(Protocol):
    """What a leg needs of the endpoint."""

    @property
    def transactions(self) -> Transactions: ...
    @property
    def timers(self) -> Timers: ...
    @property
    def sessions(self) -> Wanted: ...
    @property
    def media_host(self) -> str: ...
    def trusted(self, host: str, trunk: str | None) -> bool: ...
    def credentials(self, trunk: str | None) -> Credentials | None: ...
    def replaced(self, header: str) -> str | None: ...
    def forget(self, leg: Leg) -> None: ...


class Leg:
    """The `SipLeg` port; `answering` and `dialling` add how a leg begins."""

    def __init__(self, side: Side, dialog: Dialog, facts: LegIdentity) -> None:
        self.side = side
        self.dialog = dialog
        self.facts = facts
        self.state = LegState.BEGUN
        self.talk = OfferAnswer(side.media_host)
        self._reoffers = Reoffers(self)
        self._transfers = Refer(self)
        self._agent: str | None = None
        self._listener: LegListener | None = None
        self._untold: list[Callable[[LegListener], None]] = []
        self._timers: list[Callable[[], None]] = []
        self._bye_owed = False

    # What the call may know.

    @property
    def ref(self) -> str:
        return self.facts.ref

    @property
    def call_id(self) -> str:
        return self.dialog.call_id

    @property
    def asserted_number(self) -> str | None:
        return self.facts.asserted_number

    @property
    def dialled_number(self) -> str | None:
        return self.facts.dialled_number

    @property
    def redirects(self) -> tuple[str, ...]:
        return self.facts.redirects

    @property
    def trunk(self) -> str | None:
        return self.facts.trunk

    @property
    def phone(self) -> str | None:
        return self.facts.phone

    @property
    def user_agent(self) -> str | None:
        return self._agent

    @property
    def remote_address(self) -> str:
        return self.facts.remote_address

    @property
    def media(self) -> MediaAddress | None:
        return self.talk.peer

    # What the call may do at any time.

    def hold(self, *, held: bool, port: int) -> None:
        """Re-INVITE towards the peer: sendonly, or sendrecv again."""
        if self.state is not LegState.ENDED:
            self._reoffers.want(held=held, port=port)

    def refer(self, target: str) -> None:
        """Send the peer elsewhere; `leg_transferred` tells how it ended."""
        if self.state is LegState.UP:
            self._transfers.refer(target)

    def tell_transfer(self, code: int) -> None:
        """How the transfer that the peer asked for went."""
        if self.state is LegState.UP:
            self._transfers.tell(code)

    def ring(self, *, early_port: int | None = None) -> None:
        """Nothing to ring: the peer was called by us."""
        del early_port

    def answer(self, *, port: int) -> None:
        """Nothing to answer: the peer was called by us."""
        del port

    def reject(self, code: int) -> None:
        """A leg that is not a waiting call any more is ended instead."""
        del code
        self.end()

    def end(self) -> None:
        """BYE or CANCEL, whichever fits; safe to call twice."""
        if self.state is LegState.ENDED:
            return
        self.leave()
        self.finish(HangUp.BY_US)

    def leave(self) -> None:
        """Tell the peer that this leg is over."""
        if self.state is LegState.UP:
            self.ask("BYE")
        elif self.state is LegState.ANSWERED:
            self._bye_owed = True  # RFC 3261 section 15: no BYE before the ACK

    # For the components.

    def listen(self, listener: LegListener) -> None:
        """From now on this call hears of the leg; what was missed comes at once."""
        self._listener = listener
        untold, self._untold = self._untold, []
        for event in untold:
            event(listener)

    def tell(self, event: Callable[[LegListener], None]) -> None:
        """Tell the call, or keep it until there is one."""
        if self._listener is None:
            self._untold.append(event)
        else:
            event(self._listener)

    def tell_reoffered(self) -> None:
        """The peer's audio changed."""
        media = self.talk.peer
        if media is not None:
            self.tell(lambda listener: listener.leg_reoffered(self, media))

    def ask(
        self,
        method: str,
        *,
        headers: Sequence[Header] = (),
        body: object | None = None,
        final: Callable[[Message], None] | None = None,
        acknowledged: Callable[[], None] | None = None,
    ) -> ClientTransaction:
        """Send a request within the dialog."""
        return ClientTransaction(
            self.side.transactions,
            self.dialog,
            method,
            headers=headers,
            body=body,
            credentials=self.side.credentials(self.facts.trunk),
            final=final,
            acknowledged=acknowledged,
        )

    def response(
        self, request: Message, code: int, reason: str, *headers: Header, body: object = None
    ) -> Message:
        """A response of this dialog."""
        response = request.genResponse(code, reason, body, server=USER_AGENT)
        response.getHFBody("to").setTag(self.dialog.local_tag)
        if request.getMethod() in {"INVITE", "UPDATE"}:
            response.appendHeader(header("Contact", self.dialog.contact))
            response.appendHeader(header("Allow", ALLOW))
        response.appendHeaders(list(headers))
        return response

    def notice_agent(self, message: Message) -> None:
        """Remember what program the peer is."""
        found = first(message, "user-agent") or first(message, "server")
        self._agent = (found or self._agent or "")[:120] or None

    def later(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        """A timer that ends with the leg."""
        cancel = self.side.timers.after(seconds, call)
        self._timers.append(cancel)
        return cancel

    def finish(self, why: HangUp, code: int | None = None) -> None:
        """The leg is over; its call hears it exactly once."""
        if self.state is LegState.ENDED:
            return
        self.state = LegState.ENDED
        for cancel in self._timers:
            cancel()
        self._timers.clear()
        self.side.forget(self)
        self.tell(lambda listener: listener.leg_ended(self, why, code))

    def drop(self, why: HangUp, code: int | None = None) -> None:
        """End it from our side for a reason that is not the call's wish."""
        if self.state is not LegState.ENDED:
            self.leave()
            self.finish(why, code)

    def pay_bye(self) -> None:
        """The ACK came after the end: now the BYE may go."""
        if self._bye_owed:
            self._bye_owed = False
            self.ask("BYE")

    def watch(self, session: Session) -> None:
        """Keep the session alive, or end it when nobody does."""
        self._reoffers.watch(session)

    # What the peer asks within the dialog.

    def requested(self, request: Message, transaction: Transaction) -> Reply | None:
        """Answer a request of this dialog."""
        if not self.dialog.in_order(int(request.getHFBody("cseq").getCSeqNum())):
            return self.response(request, 500, "Out Of Order"), None, None
        method = str(request.getMethod())
        if method == "BYE":
            return self._hung_up(request)
        if method in {"INVITE", "UPDATE"}:
            return self._reoffers.requested(request, transaction)
        if method in {"REFER", "NOTIFY"}:
            return self._transfers.requested(request)
        if method in {"OPTIONS", "INFO"}:
            return self.response(request, 200, "OK"), None, None
        return self.response(request, 405, "Not Allowed", header("Allow", ALLOW)), None, None

    def _hung_up(self, request: Message) -> Reply:
        self.before_bye()
        self.side.timers.soon(lambda: self.finish(HangUp.BYE_FROM_PEER))
        return self.response(request, 200, "OK"), None, None

    def before_bye(self) -> None:
        """What must be said before a BYE is answered."""
