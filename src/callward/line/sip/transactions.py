"""sippy's RFC 3261 transactions behind a guard: bad messages are dropped, faults stay local."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from callward.line.limits import Drop
from callward.line.sip.sippy_stack import (
    UACK,
    Message,
    SipTransactionManager,
    Transaction,
    hush,
    report_fault,
)
from callward.line.sip.udp_transport import Sender, UdpOptions, UdpTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from callward.line.limits import Tally

Reply = tuple[Message | None, "Callable[..., None] | None", "Callable[[], None] | None"]
_START = re.compile(
    r"\A(?:SIP/2\.0 [1-6][0-9]{2}(?: [^\r\n]*)?|"
    r"(?:INVITE|ACK|BYE|CANCEL|OPTIONS|REGISTER|REFER|NOTIFY|UPDATE|INFO|PRACK|SUBSCRIBE|MESSAGE"
    r"|PUBLISH) (?:sips?|tel):[^\s]{1,512} SIP/2\.0)\r?\n",
    re.IGNORECASE,
)
_CSEQ = re.compile(
    r"^CSeq[ \t]*:[ \t]*([0-9]{1,10})[ \t]+([A-Za-z]+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
_MOST_LINES = 256
_ADDRESSES = ("from", "to", "contact", "record-route")
_RELIED_ON = ("via", *_ADDRESSES, "call-id", "cseq", "expires", "max-forwards")
_LARGEST_CSEQ = 2**31


class _Silence:
    """The logger sippy writes every message to: it keeps nothing."""

    def write(self, *words: object, **options: object) -> None:
        del words, options


class Transactions(SipTransactionManager):  # type: ignore[misc]  # sippy carries no types
    """The transaction layer; every new request comes to `asked`."""

    def __init__(
        self,
        bind: tuple[str, int],
        *,
        shown: str,
        admit: Callable[[str, str], Drop | None],
        asked: Callable[[Message, Transaction], Reply | None],
        tally: Tally,
    ) -> None:
        self._tally = tally
        self._admit = admit
        self._asked = asked
        self.model_udp_server = (
            partial(_open_wire, shown=shown, dropped=tally.add),
            lambda laddress, arrived: UdpOptions(laddress=laddress, arrived=arrived),
        )
        hush(fault=lambda: tally.add(Drop.FAULT), malformed=lambda: tally.add(Drop.MALFORMED))
        settings = {"_sip_address": bind[0], "_sip_port": bind[1], "_sip_logger": _Silence()}
        super().__init__(settings, self._answer)

    @property
    def wire(self) -> UdpTransport:
        """The one socket."""
        wire: UdpTransport = next(iter(self.l4r.cache_l2s.values()))
        return wire

    def handleIncoming(  # noqa: N802 - sippy's name
        self, data_in: bytes, ra: Sender, server: UdpTransport, rtime: object
    ) -> None:
        """Look first, parse later; nothing that a peer sends can end the line."""
        try:
            text = data_in.decode()
        except UnicodeDecodeError:
            self._tally.add(Drop.NOT_TEXT)
            return
        why = self._admit(text, ra.received) or unusable(text)
        if why is not None:
            self._tally.add(why)
            return
        try:
            super().handleIncoming(data_in, ra, server, rtime)
        except Exception:  # noqa: BLE001 - sippy's parsers raise whatever they meet
            self._tally.add(Drop.MALFORMED)

    def incomingRequest(  # noqa: N802 - sippy's name
        self, msg: Message, checksum: bytes, tids: object, server: UdpTransport
    ) -> None:
        """As sippy does, but a request that cannot be answered leaves nothing behind."""
        try:
            super().incomingRequest(msg, checksum, tids, server)
        except Exception:
            left = self.tserver.get(msg.getTId(wBRN=True))
            if left is not None and left.data is None:
                if left.teE is not None:
                    left.teE.cancel()
                del self.tserver[left.tid]
                left.cleanup()
            raise

    def _answer(self, request: Message, transaction: Transaction) -> Reply | None:
        """Our side of a new request; a fault of ours answers 500 and leaks no transaction."""
        if not legible(request):
            self._tally.add(Drop.MALFORMED)
            return _bad_request(request)
        try:
            return self._asked(request, transaction)
        except Exception as error:  # noqa: BLE001 - see the docstring
            self._tally.add(Drop.FAULT)
            report_fault(error, during=str(request.getMethod()))
            if transaction.tid is None or transaction.tid not in self.tserver:
                return None
            return request.genResponse(500, "Server Internal Error"), None, None

    def incomingResponse(  # noqa: N802 - sippy's name
        self, msg: Message, t: Transaction, checksum: bytes
    ) -> None:
        """As sippy does, but an ACK goes to the hop we chose, and somebody hears that it went."""
        if not legible(msg):
            self._tally.add(Drop.MALFORMED)
            return
        super().incomingResponse(msg, t, checksum)
        if t.state is not UACK:
            return
        hop, went = getattr(t, "ack_hop", None), getattr(t, "ack_went", None)
        if hop is not None:
            t.ack_rAddr = (hop, "udp")
        self.sendACK(t)
        if went is not None:
            went()

    def open_transactions(self) -> int:
        """How many are alive, both ways."""
        return len(self.tclient) + len(self.tserver)


def _open_wire(
    settings: object, options: UdpOptions, *, shown: str, dropped: Callable[[Drop], None]
) -> UdpTransport:
    del settings
    return UdpTransport(options, shown=shown, dropped=dropped)


def unusable(text: str) -> Drop | None:
    """What a look at the form says: a first line of SIP, few lines, one honest CSeq, no zeros."""
    head = re.split(r"\r?\n\r?\n", text, maxsplit=1)[0] + "\r\n"
    if _START.match(text) is None or "\0" in text or head.count("\n") > _MOST_LINES:
        return Drop.MALFORMED
    sequences = _CSEQ.findall(head)
    if len(sequences) != 1 or int(sequences[0][0]) >= _LARGEST_CSEQ:
        return Drop.MALFORMED
    method = text.split(" ", 1)[0]
    if not method.upper().startswith("SIP/") and method != sequences[0][1]:
        return Drop.MALFORMED
    return None


def legible(message: Message) -> bool:
    """Whether every header that we rely on can be parsed; sippy parses late, and then raises."""
    try:
        bodies = {name: message.getHFBodys(name) for name in _RELIED_ON}
        located = [body for name in _ADDRESSES for body in bodies[name]]
        urls = [body.getUrl() for body in located if not getattr(body, "asterisk", False)]
        [(str(url), int(url.port or 0)) for url in urls]
        bodies["via"][0].getTAddr()
        return message.getHFBody("from").getTag() is not None
    except Exception:  # noqa: BLE001 - whatever its parsers raise, the message is not legible
        return False


def _bad_request(request: Message) -> Reply | None:
    """A 400 where it can be addressed, else silence."""
    try:
        request.getHFBody("via").getTAddr()
        return request.genResponse(400, "Bad Request"), None, None
    except Exception:  # noqa: BLE001 - see `legible`
        return None
