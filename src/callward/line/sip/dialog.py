"""The identity of one dialog, and the requests that are built from it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sippy.MsgBody import MsgBody
from sippy.SipCallId import SipCallId
from sippy.SipContact import SipContact
from sippy.SipContentType import SipContentType
from sippy.SipExpires import SipExpires
from sippy.SipFrom import SipFrom
from sippy.SipTo import SipTo

from callward.line.sip.sippy_stack import Header, Message, SipRequest, SipURL
from callward.line.sip.udp_transport import is_literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

USER_AGENT = "Callward"
ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, REFER, NOTIFY, UPDATE, INFO"
_DEFAULT_PORT = 5060
Hop = tuple[str, int]


def new_call_id() -> str:
    """A name for a dialog that says nothing of anybody, nor of this machine."""
    return secrets.token_hex(16)


def new_leg_ref() -> str:
    """Our own name of a leg."""
    return f"leg-{secrets.token_hex(6)}"


def sdp_body(text: str) -> object:
    """An SDP body as sippy carries it; it is never rewritten on the way."""
    return MsgBody(text)


def fragment_body(text: str) -> object:
    """The body of a NOTIFY about a transfer (RFC 3515)."""
    kind = SipContentType("message/sipfrag;version=2.0")
    kind.parse()
    return MsgBody(text, kind)


@dataclass(kw_only=True)
class Dialog:
    """Both ends' names, tags and numbering, and where requests go."""

    call_id: str
    local: str  # `<sip:...>` without tag
    remote: str
    local_tag: str = field(default_factory=lambda: secrets.token_hex(10))
    remote_tag: str | None = None
    contact: str  # our own address in the dialog
    target: SipURL
    hop: Hop
    routes: list[Message] = field(default_factory=list)
    sequence: int = field(default_factory=lambda: secrets.randbelow(100_000) + 1)
    seen_sequence: int | None = None

    def request(
        self,
        method: str,
        *,
        headers: Sequence[Header] = (),
        body: object | None = None,
        expires: int | None = None,
    ) -> Message:
        """The next request of ours."""
        tag = f";tag={self.remote_tag}" if self.remote_tag else ""
        request = SipRequest(
            method=method,
            ruri=self.target.getCopy(),
            to=SipTo(self.remote + tag),
            fr0m=SipFrom(f"{self.local};tag={self.local_tag}"),
            cseq=self.sequence,
            callid=SipCallId(self.call_id),
            contact=SipContact(self.contact) if method not in {"BYE", "CANCEL"} else None,
            routes=tuple(each.getCopy() for each in self.routes),
            target=(self.hop, "udp"),
            user_agent=USER_AGENT,
            expires=SipExpires(number=expires or 180) if method == "INVITE" else None,
            body=body,
        )
        request.appendHeaders(list(headers))
        self.sequence += 1
        return request

    def in_order(self, number: int) -> bool:
        """Whether a peer's request is newer than everything before it."""
        if self.seen_sequence is not None and number <= self.seen_sequence:
            return False
        self.seen_sequence = number
        return True

    def learn_target(self, message: Message, *, trusted: Callable[[str], bool]) -> None:
        """Where later requests go: the peer's Contact, reached by a hop that we trust."""
        if message.countHFs("contact") > 0:
            contact = message.getHFBody("contact")
            if not contact.asterisk:
                self.target = contact.getUrl().getCopy()
        source: Hop = message.getSource()
        self.hop = self._next_hop(source, trusted)

    def learn_routes(self, message: Message, *, reverse: bool) -> None:
        """The proxies that asked to stay on the path."""
        routes = [each.getCopy() for each in message.getHFBodys("record-route")]
        self.routes = routes[::-1] if reverse else routes

    def _next_hop(self, source: Hop, trusted: Callable[[str], bool]) -> Hop:
        """The first route, else the Contact; never an address that nobody vouches for."""
        url = self.routes[0].getUrl() if self.routes else self.target
        host, port = str(url.host), int(url.port or _DEFAULT_PORT)
        if is_literal(host) and (host == source[0] or trusted(host)):
            return (host, port)
        return source
