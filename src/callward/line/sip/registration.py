"""Us as a carrier's client: registered, renewed in time, tried again when refused."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from callward.line.sip.client_transaction import ClientTransaction
from callward.line.sip.dialog import Dialog
from callward.line.sip.headers import first, header, in_url, quoted_user, raw
from callward.line.sip.sippy_stack import SipURL

if TYPE_CHECKING:
    from collections.abc import Callable

    from callward.line.ports import Timers
    from callward.line.sip.dialog import Hop
    from callward.line.sip.digest import Credentials
    from callward.line.sip.sippy_stack import Message
    from callward.line.sip.transactions import Transactions
    from callward.line.snapshot import Trunk

_SUCCESS = range(200, 300)
_TOO_BRIEF = 423
_FIRST_WAIT, _LONGEST_WAIT = 5.0, 300.0


class Registration:
    """One trunk's registration."""

    def __init__(
        self,
        trunk: Trunk,
        credentials: Credentials,
        *,
        transactions: Transactions,
        timers: Timers,
        ours: Hop,
        hop: Hop,
    ) -> None:
        self._credentials = credentials
        self._transactions = transactions
        self._timers = timers
        self._seconds = trunk.register_seconds
        self._wait = _FIRST_WAIT
        self._next: Callable[[], None] | None = None
        self._over = False
        self.up = False
        user, home = quoted_user(credentials.user), in_url(trunk.host)
        self._dialog = Dialog(
            call_id=secrets.token_hex(16),
            local=f"<sip:{user}@{home}>",
            remote=f"<sip:{user}@{home}>",
            contact=f"<sip:{user}@{in_url(ours[0])}:{ours[1]}>",
            target=SipURL(f"sip:{home}"),
            hop=hop,
        )

    def start(self) -> None:
        """Register now and for as long as the line runs."""
        self._ask(self._seconds)

    def stop(self) -> None:
        """Tell the carrier that nobody is here any more."""
        self._over = True
        if self._next is not None:
            self._next()
        if self.up:
            self._ask(0)

    def _ask(self, seconds: int) -> None:
        self._next = None
        ClientTransaction(
            self._transactions,
            self._dialog,
            "REGISTER",
            headers=(header("Expires", str(seconds)),),
            credentials=self._credentials,
            final=self._answered,
        )

    def _answered(self, response: Message) -> None:
        if self._over:
            return
        code = int(response.getSCode()[0])
        self.up = code in _SUCCESS
        if self.up:
            self._wait = _FIRST_WAIT
            self._again(max(1.0, self._granted(response) * 0.8 - 1))
        elif code == _TOO_BRIEF and (least := first(response, "min-expires")):
            self._seconds = max(self._seconds, int(least) if least.isdecimal() else 0)
            self._again(_FIRST_WAIT)
        else:
            self._again(self._wait)
            self._wait = min(self._wait * 2, _LONGEST_WAIT)

    def _again(self, wait: float) -> None:
        self._next = self._timers.after(wait, lambda: self._ask(self._seconds))

    def _granted(self, response: Message) -> int:
        """What the carrier says of our own contact, else of all, else what we asked for."""
        ours = self._dialog.contact.strip("<>")
        for value in raw(response, "contact"):
            _, found, rest = value.partition("expires=")
            if ours in value and found and rest.split(";")[0].strip().isdecimal():
                return int(rest.split(";")[0].strip())
        said = first(response, "expires")
        return int(said) if said is not None and said.strip().isdecimal() else self._seconds
