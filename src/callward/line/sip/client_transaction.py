"""One request of ours until its final answer, proving who we are where we are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.line.sip import digest
from callward.line.sip.headers import header, raw
from callward.line.sip.sippy_stack import TERMINATED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from callward.line.sip.dialog import Dialog, Hop
    from callward.line.sip.digest import Credentials
    from callward.line.sip.sippy_stack import Header, Message, Transaction
    from callward.line.sip.transactions import Transactions

_CHALLENGES = {
    401: ("www-authenticate", "Authorization"),
    407: ("proxy-authenticate", "Proxy-Authorization"),
}
_SUCCESS = range(200, 300)


class ClientTransaction:
    """Sends a request in a dialog, answers one challenge, and hands over what comes back."""

    def __init__(  # noqa: PLR0913 - a request has these parts
        self,
        transactions: Transactions,
        dialog: Dialog,
        method: str,
        *,
        headers: Sequence[Header] = (),
        body: object | None = None,
        expires: int | None = None,
        credentials: Credentials | None = None,
        provisional: Callable[[Message], None] | None = None,
        final: Callable[[Message], None] | None = None,
        acknowledged: Callable[[], None] | None = None,
    ) -> None:
        self._transactions = transactions
        self._dialog = dialog
        self._method = method
        self._headers = tuple(headers)
        self._body = body
        self._expires = expires
        self._credentials = credentials
        self._provisional = provisional
        self._final = final
        self._acknowledged = acknowledged
        self._proven = False
        self._cancelled = False
        self._transaction: Transaction = None
        self.progressed = False
        self._send()

    def _send(self, *proof: Header) -> None:
        request = self._dialog.request(
            self._method,
            headers=(*self._headers, *proof),
            body=self._body,
            expires=self._expires,
        )
        self._uri = str(request.getRURI())
        self._transaction = self._transactions.newTransaction(
            request, resp_cb=self._heard, cb_ifver=2
        )

    def cancel(self) -> None:
        """CANCEL, now or as soon as the peer has said anything."""
        self._cancelled = True
        self._transactions.cancelTransaction(self._transaction)

    def ack_to(self, hop: Hop) -> None:
        """Where the ACK of the present answer goes."""
        self._transaction.ack_hop = hop

    def _heard(self, response: Message, transaction: Transaction) -> None:
        code = int(response.getSCode()[0])
        if code < _SUCCESS.start:
            self.progressed = True
            if self._provisional is not None:
                self._provisional(response)
            return
        if self._method == "INVITE" and transaction.state is not TERMINATED:
            transaction.uack = True
            if code not in _SUCCESS:
                transaction.ack_went = lambda: self._conclude(response, code)
                forget_path(response)
                return
            transaction.ack_went = self._acknowledged
        self._conclude(response, code)

    def _conclude(self, response: Message, code: int) -> None:
        """Answer a challenge, or hand over what the end is."""
        if code in _CHALLENGES and not self._cancelled and self._prove(response, code):
            return
        if self._final is not None:
            self._final(response)

    def _prove(self, response: Message, code: int) -> bool:
        """Answer the challenge once; False when we cannot."""
        if self._proven or self._credentials is None:
            return False
        asked, proof = _CHALLENGES[code]
        value = digest.answer(
            raw(response, asked),
            credentials=self._credentials,
            method=self._method,
            uri=self._uri,
        )
        if value is None:
            return False
        self._proven = True
        self._send(header(proof, value))
        return True


def forget_path(response: Message) -> None:
    """The ACK of a refusal goes where the INVITE went, whatever Contact it carries."""
    response.delHFs("contact")
    response.delHFs("record-route")
