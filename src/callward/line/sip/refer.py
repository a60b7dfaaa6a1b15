"""REFER (RFC 3515, 3891): a phone sends its call elsewhere, or we send a carrier's there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from callward.line.sip.dialog import fragment_body
from callward.line.sip.headers import first, header, plain_user, quoted_user, user_of
from callward.line.sip.states import LegState

if TYPE_CHECKING:
    from callward.line.sip.sip_leg import Leg
    from callward.line.sip.sippy_stack import Message
    from callward.line.sip.transactions import Reply

_REPLACES = re.compile(r"[?&]Replaces=([^&>\s]+)", re.IGNORECASE)
_STATUS = re.compile(r"\ASIP/2\.0 ([1-6][0-9]{2})")
_SUCCESS = range(200, 300)
_GIVEN_UP = 487


class Refer:
    """The transfers of one leg, asked by its peer or by us."""

    def __init__(self, leg: Leg) -> None:
        self._leg = leg
        self._asked_by_peer: str | None = None  # the subscription's id, while it is open
        self._asked_by_us = False

    def requested(self, request: Message) -> Reply:
        """Answer a REFER or a NOTIFY."""
        if request.getMethod() == "REFER":
            return self._referred(request)
        return self._notified(request)

    # The peer asks.

    def _referred(self, request: Message) -> Reply:
        leg = self._leg
        if leg.phone is None or leg.state is not LegState.UP:
            return leg.response(request, 403, "Forbidden"), None, None
        if self._asked_by_peer is not None:
            return leg.response(request, 491, "Request Pending"), None, None
        value = first(request, "refer-to") or ""
        target = plain_user(value) or _number_like(value)
        if target is None:
            return leg.response(request, 400, "Bad Refer-To"), None, None
        named = _REPLACES.search(value)
        replaces = leg.side.replaced(unquote(named[1])) if named else None
        if named and replaces is None:
            return leg.response(request, 481, "No Such Call To Replace"), None, None
        self._asked_by_peer = str(request.getHFBody("cseq").getCSeqNum())
        leg.side.timers.soon(lambda: self._hand_over(target, replaces))
        return leg.response(request, 202, "Accepted"), None, None

    def _hand_over(self, target: str, replaces: str | None) -> None:
        leg = self._leg
        if leg.state is not LegState.UP:
            return
        self._notify(100, "Trying", over=False)
        leg.tell(lambda listener: listener.leg_asked_transfer(leg, target, replaces))

    def tell(self, code: int) -> None:
        """Tell the peer how the transfer went; a final code ends the subscription."""
        if self._asked_by_peer is None:
            return
        over = code >= _SUCCESS.start
        words = "OK" if code in _SUCCESS else "Failed"
        self._notify(code, words if over else "Trying", over=over)
        if over:
            self._asked_by_peer = None

    def _notify(self, code: int, reason: str, *, over: bool) -> None:
        state = "terminated;reason=noresource" if over else "active;expires=60"
        self._leg.ask(
            "NOTIFY",
            headers=(
                header("Event", f"refer;id={self._asked_by_peer}"),
                header("Subscription-State", state),
            ),
            body=fragment_body(f"SIP/2.0 {code} {reason}\r\n"),
        )

    # We ask.

    def refer(self, target: str) -> None:
        """Send the peer to another number through its own side."""
        host = str(self._leg.dialog.target.host)
        self._asked_by_us = True
        self._leg.ask(
            "REFER",
            headers=(
                header("Refer-To", f"<sip:{quoted_user(target)}@{host}>"),
                header("Referred-By", self._leg.dialog.contact),
            ),
            final=self._refer_answered,
        )

    def _refer_answered(self, response: Message) -> None:
        code = int(response.getSCode()[0])
        if code not in _SUCCESS:
            self._ended(code)

    def _notified(self, request: Message) -> Reply:
        leg = self._leg
        if not (first(request, "event") or "").lower().startswith("refer"):
            return leg.response(request, 489, "Bad Event"), None, None
        if not self._asked_by_us:
            return leg.response(request, 481, "No Subscription"), None, None
        status = _STATUS.match(str(request.getBody() or ""))
        code = int(status[1]) if status else 0
        closed = (first(request, "subscription-state") or "").lower().startswith("terminated")
        if code >= _SUCCESS.start:
            leg.side.timers.soon(lambda: self._ended(code))
        elif closed:
            leg.side.timers.soon(lambda: self._ended(_GIVEN_UP))
        return leg.response(request, 200, "OK"), None, None

    def _ended(self, code: int) -> None:
        if self._asked_by_us and self._leg.state is not LegState.ENDED:
            self._asked_by_us = False
            leg = self._leg
            leg.tell(lambda listener: listener.leg_transferred(leg, code))


def _number_like(address: str) -> str | None:
    """A number written with spaces or brackets, as address books hold it."""
    user = user_of(address) or ""
    digits = re.sub(r"[ ().-]", "", user)
    return digits if re.fullmatch(r"\+?[0-9]{2,20}", digits) else None
