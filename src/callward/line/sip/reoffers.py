"""Re-INVITE and UPDATE in both directions, and the session timer that lives on them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from callward.line.sip.dialog import sdp_body
from callward.line.sip.errors import UnusableSdpError
from callward.line.sip.headers import first, header, tokens
from callward.line.sip.session_timers import as_server, read_expires
from callward.line.sip.states import LegState
from callward.line.states import HangUp

if TYPE_CHECKING:
    from collections.abc import Callable

    from callward.line.sip.session_timers import Session
    from callward.line.sip.sip_leg import Leg
    from callward.line.sip.sippy_stack import Header, Message, Transaction
    from callward.line.sip.transactions import Reply

_SUCCESS = range(200, 300)
_GLARE = 491
_GONE = frozenset({408, 481})
_TOO_SMALL = 422


class Reoffers:
    """The later offers of one leg."""

    def __init__(self, leg: Leg) -> None:
        self._leg = leg
        self._asking = False
        self._unacknowledged = False
        self._again = False
        self._stop_refresh: Callable[[], None] | None = None
        self._stop_watch: Callable[[], None] | None = None

    # Ours.

    def want(self, *, held: bool, port: int) -> None:
        """Change what we say of our audio, as soon as nothing else is being said."""
        self._leg.talk.held = held
        self._leg.talk.port = port
        self.offer()

    def offer(self) -> None:
        """Send a re-INVITE, after the one that is under way."""
        if self._asking or self._unacknowledged or self._leg.state is not LegState.UP:
            self._again = True
            return
        self._asking, self._again = True, False
        sessions = self._leg.side.sessions
        self._leg.ask(
            "INVITE",
            headers=(
                header("Supported", "timer"),
                header("Session-Expires", f"{sessions.seconds};refresher=uac"),
                header("Min-SE", str(sessions.least)),
            ),
            body=sdp_body(self._leg.talk.offer()),
            final=self._answered,
        )

    def ready(self) -> None:
        """The leg is up: say what had to wait."""
        if self._again:
            self.offer()

    def _answered(self, response: Message) -> None:
        self._asking = False
        code = int(response.getSCode()[0])
        if self._leg.state is LegState.ENDED:
            return
        if code in _SUCCESS:
            self._took(response)
        elif code == _GLARE:
            self._again = False
            self._leg.later(2.1 + secrets.randbelow(1900) / 1000, self.offer)  # RFC 3261 14.1
        elif code in _GONE:
            self._leg.drop(HangUp.TIMED_OUT, code)
            return
        self.ready()

    def _took(self, response: Message) -> None:
        body = response.getBody()
        self._leg.dialog.learn_target(response, trusted=self._trusted)
        self.watch(self._leg.side.sessions.agreed(read_expires(first(response, "session-expires"))))
        try:
            changed = body is not None and self._leg.talk.take(str(body))
        except UnusableSdpError:
            self._leg.drop(HangUp.REJECTED, 488)
            return
        if changed:
            self._leg.tell_reoffered()

    def _trusted(self, host: str) -> bool:
        return self._leg.side.trusted(host, self._leg.trunk)

    # Theirs.

    def requested(self, request: Message, transaction: Transaction) -> Reply | None:
        """Answer a re-INVITE or an UPDATE."""
        leg = self._leg
        if self._asking:
            return leg.response(request, _GLARE, "Request Pending"), None, None
        if leg.state is not LegState.UP or self._unacknowledged:
            wait = header("Retry-After", str(secrets.randbelow(10)))
            return leg.response(request, 500, "Not Yet", wait), None, None
        asked = read_expires(first(request, "session-expires"))
        if leg.side.sessions.too_small(asked):
            least = header("Min-SE", str(leg.side.sessions.least))
            return leg.response(request, _TOO_SMALL, "Interval Too Small", least), None, None
        before = leg.talk.peer
        try:
            answer = self._answer(request)
        except UnusableSdpError:
            return leg.response(request, 488, "Not Acceptable Here"), None, None
        leg.dialog.learn_target(request, trusted=self._trusted)
        return self._accept(request, transaction, answer, changed=leg.talk.peer != before)

    def _answer(self, request: Message) -> str | None:
        body = request.getBody()
        if body is not None:
            return self._leg.talk.answer(str(body))
        return self._leg.talk.offer() if request.getMethod() == "INVITE" else None

    def _accept(
        self, request: Message, transaction: Transaction, answer: str | None, *, changed: bool
    ) -> Reply | None:
        leg = self._leg
        body = sdp_body(answer) if answer is not None else None
        response = leg.response(request, 200, "OK", *self.session_headers(request), body=body)
        if changed:
            leg.side.timers.soon(leg.tell_reoffered)
        if request.getMethod() == "UPDATE":
            return response, None, None
        self._unacknowledged = True
        offered = request.getBody() is None
        leg.side.transactions.sendResponse(
            response, transaction, ack_cb=lambda ack: self._acknowledged(ack, offered=offered)
        )
        return None, None, self._never_acknowledged

    def session_headers(self, request: Message) -> list[Header]:
        """What we say of the session timer in a 200, and act by from now on."""
        asked = read_expires(first(request, "session-expires"))
        can = "timer" in tokens(request, "supported") | tokens(request, "require")
        expires = self._leg.side.sessions.accept(asked, peer_can=can)
        self.watch(as_server(expires))
        found = [header("Session-Expires", str(expires)), header("Supported", "timer")]
        return [*found, header("Require", "timer")] if can else found

    def _acknowledged(self, ack: Message, *, offered: bool) -> None:
        self._unacknowledged = False
        if self._leg.state is LegState.ENDED:
            return
        if offered and not self.take_late_answer(ack):
            return
        self.ready()

    def take_late_answer(self, ack: Message) -> bool:
        """The answer to an offer of ours in a 200 comes in the ACK; without one the leg ends."""
        body = ack.getBody()
        try:
            changed = self._leg.talk.take(str(body) if body is not None else "")
        except UnusableSdpError:
            self._leg.drop(HangUp.REJECTED, 488)
            return False
        if changed:
            self._leg.tell_reoffered()
        return True

    def _never_acknowledged(self) -> None:
        self._unacknowledged = False
        self._leg.drop(HangUp.TIMED_OUT)

    # The session timer.

    def watch(self, session: Session) -> None:
        """Start anew: refresh at half time where it is ours, end it where nobody refreshes."""
        for stop in (self._stop_refresh, self._stop_watch):
            if stop is not None:
                stop()
        self._stop_refresh = self._stop_watch = None
        if session.ours:
            self._stop_refresh = self._leg.later(session.refresh_after, self.offer)
            self._stop_watch = self._leg.later(float(session.seconds), self._died)
        else:
            self._stop_watch = self._leg.later(session.dead_after, self._died)

    def _died(self) -> None:
        self._leg.drop(HangUp.TIMED_OUT)
