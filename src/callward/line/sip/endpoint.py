"""The SIP endpoint: takes calls from carriers and phones, and makes them."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

from callward.kernel.clock import stopwatch
from callward.line.limits import CallLimits, Drop, Tally
from callward.line.ports import Target
from callward.line.sip import headers
from callward.line.sip.access_control import AccessControl
from callward.line.sip.dialog import Dialog, new_call_id, new_leg_ref
from callward.line.sip.digest import Credentials
from callward.line.sip.outbound_leg import OutboundLeg
from callward.line.sip.registration import Registration
from callward.line.sip.request_dispatch import RequestDispatch
from callward.line.sip.session_timers import Wanted
from callward.line.sip.sip_leg import LegIdentity
from callward.line.sip.sippy_stack import SipURL
from callward.line.sip.transactions import Transactions
from callward.line.sip.udp_transport import is_literal
from callward.line.states import HangUp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from callward.line.ports import CallTaker, LegListener, Timers
    from callward.line.sip.dialog import Hop
    from callward.line.sip.sip_leg import Leg
    from callward.line.snapshot import Snapshot, Trunk

_EVERY = 300.0


class HostLookup:
    """The present address of each host; a failed look-up keeps the last good one."""

    def __init__(self, timers: Timers, *, changed: Callable[[], None]) -> None:
        self._timers = timers
        self._changed = changed
        self._known: dict[str, str] = {}
        self._hosts: frozenset[str] = frozenset()
        self._next: Callable[[], None] | None = None

    def use(self, hosts: Iterable[str]) -> None:
        """Watch these hosts from now on."""
        self._hosts = frozenset(host for host in hosts if not is_literal(host))
        if self._next is not None:
            self._next()
            self._next = None
        if self._hosts:
            self._look()

    def address(self, host: str) -> str | None:
        """The address of a host, or the host itself when it is one."""
        return host if is_literal(host) else self._known.get(host)

    def close(self) -> None:
        """Look no further."""
        self._hosts = frozenset()
        if self._next is not None:
            self._next()

    def _look(self) -> None:
        hosts = self._hosts
        threading.Thread(target=self._ask, args=(hosts,), name="names", daemon=True).start()
        self._next = self._timers.after(_EVERY, self._look)

    def _ask(self, hosts: frozenset[str]) -> None:
        found = {host: address for host in sorted(hosts) if (address := _lookup(host))}
        self._timers.soon(lambda: self._learn(found))

    def _learn(self, found: dict[str, str]) -> None:
        before = dict(self._known)
        self._known |= {host: address for host, address in found.items() if host in self._hosts}
        if self._known != before:
            self._changed()


def _lookup(host: str) -> str | None:
    try:
        found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)
    except OSError:
        return None
    return str(found[0][4][0]) if found else None


_FULL = 503


class Endpoint:
    """One UDP port; the `SipSide` port and what every leg needs of it."""

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        taker: CallTaker,
        timers: Timers,
        sessions: Wanted | None = None,
    ) -> None:
        self.timers = timers
        self.tally = Tally()
        self.access = AccessControl(realm=snapshot.listen.realm, clock=stopwatch)
        self.limits = CallLimits(
            concurrent=snapshot.limits.concurrent_calls,
            per_second=snapshot.limits.calls_per_second,
        )
        self._sessions = sessions
        self._snapshot = snapshot
        self._legs: dict[tuple[str, str], Leg] = {}
        self._registrations: dict[str, tuple[tuple[Trunk, Hop | None], Registration]] = {}
        self._names = HostLookup(timers, changed=self._renew)
        listen = snapshot.listen
        self.shown = listen.media_host if listen.host in {"0.0.0.0", "::"} else listen.host  # noqa: S104 - compared, not bound
        self._arriving = RequestDispatch(self, taker)
        self.transactions = Transactions(
            (listen.host, listen.port),
            shown=self.shown,
            admit=self.access.admit,
            asked=self._arriving.asked,
            tally=self.tally,
        )
        self.use(snapshot)

    # Settings.

    @property
    def port(self) -> int:
        """The bound port."""
        return self.transactions.wire.port

    @property
    def sessions(self) -> Wanted:
        """What we ask of session timers."""
        return self._sessions or Wanted(seconds=self._snapshot.limits.session_seconds)

    @property
    def media_host(self) -> str:
        """The address written into SDP."""
        return str(self._snapshot.listen.media_host)

    def use(self, snapshot: Snapshot) -> None:
        """Work with a new snapshot; address and ports stay those of the beginning."""
        self._snapshot = snapshot
        limits = snapshot.limits
        self.limits.use(concurrent=limits.concurrent_calls, per_second=limits.calls_per_second)
        self._names.use(trunk.host for trunk in snapshot.trunks)
        self._renew()

    def _renew(self) -> None:
        """Trunks, phones or addresses changed: access and registrations follow."""
        trunks = self._snapshot.trunks
        hops = {each.ref: hop[0] for each in trunks if (hop := self._hop(each)) is not None}
        self.access.use(self._snapshot, hops=hops)
        wanted = {each.ref: (each, self._hop(each)) for each in trunks if each.registers}
        for ref, (known, registration) in list(self._registrations.items()):
            if wanted.get(ref) != known:  # what has not changed goes on undisturbed
                registration.stop()
                del self._registrations[ref]
        for ref, (trunk, hop) in wanted.items():
            if ref not in self._registrations and (begun := self._registered(trunk, hop)):
                self._registrations[ref] = ((trunk, hop), begun)

    def _registered(self, trunk: Trunk, hop: Hop | None) -> Registration | None:
        credentials = self.credentials(trunk.ref)
        if credentials is None or hop is None:
            return None
        registration = Registration(
            trunk,
            credentials,
            transactions=self.transactions,
            timers=self.timers,
            ours=(self.shown, self.port),
            hop=hop,
        )
        registration.start()
        return registration

    def _hop(self, trunk: Trunk) -> Hop | None:
        address = self._names.address(trunk.host)
        return (address, trunk.port) if address is not None else None

    # The `SipSide` port.

    def dial(
        self,
        target: Target,
        *,
        caller: str,
        port: int,
        listener: LegListener,
        ring_seconds: float,
        display: str | None = None,
    ) -> Leg:
        """Send an INVITE with our media port."""
        trunk = self._snapshot.trunk(target.trunk) if target.trunk else None
        hop = self._hop(trunk) if trunk else (target.host, target.port)
        leg = self._outbound(target, hop or ("0.0.0.0", 9), caller, display)  # noqa: S104 - never sent to
        leg.listen(listener)
        self.keep(leg)
        full = trunk is not None and self.limits.refusal(running=self.running - 1, at=stopwatch())
        if full:
            self.tally.add(full)
            self.timers.soon(lambda: leg.finish(HangUp.REJECTED, _FULL))
        elif hop is None or not is_literal(hop[0]):
            self.timers.soon(lambda: leg.finish(HangUp.UNREACHABLE))
        else:
            leg.invite(port=port, ring_seconds=ring_seconds)
        return leg

    def _outbound(self, target: Target, hop: Hop, caller: str, display: str | None) -> OutboundLeg:
        trunk = self._snapshot.trunk(target.trunk) if target.trunk else None
        home = trunk.host if trunk is not None and trunk.credentials is not None else self.shown
        user, we = headers.quoted_user(target.user), headers.quoted_user(caller)
        name = headers.display_name(display)
        host = headers.in_url(target.host)
        dialog = Dialog(
            call_id=new_call_id(),
            local=f"{name}<sip:{we}@{headers.in_url(home)}>",
            remote=f"<sip:{user}@{host}>",
            contact=self.contact(),
            target=SipURL(f"sip:{user}@{host}:{target.port}"),
            hop=hop,
        )
        facts = LegIdentity(
            ref=new_leg_ref(),
            remote_address=hop[0],
            trunk=target.trunk,
            phone=None if target.trunk else target.user,
            dialled_number=target.user,
        )
        return OutboundLeg(self, dialog, facts)

    def phone(self, user: str) -> Target | None:
        """Where to ring an agent's phone now; None while it is nowhere."""
        hop = self.access.registrar.place(user, at=stopwatch())
        if hop is None:
            return None
        return Target(user=self.access.registrar.contact_user(user), host=hop[0], port=hop[1])

    def trunk(self, ref: str, number: str) -> Target | None:
        """A number as dialled through a trunk; None when there is no such trunk."""
        trunk = self._snapshot.trunk(ref)
        if trunk is None:
            return None
        return Target(user=number, host=trunk.host, port=trunk.port, trunk=ref)

    def leg(self, ref: str) -> Leg | None:
        """The leg of this reference, while it lives."""
        return next((each for each in self._legs.values() if each.ref == ref), None)

    def refuse_new(self) -> None:
        """Take and make no more calls; running ones go on."""
        self.limits.close()

    def close(self) -> None:
        """End every leg and every registration; the socket stays open for the last words."""
        self.refuse_new()
        self._names.close()
        for _, registration in self._registrations.values():
            registration.stop()
        for leg in list(self._legs.values()):
            leg.end()

    def shut(self) -> None:
        """Close the socket."""
        self.transactions.shutdown()

    def figures(self) -> dict[str, int]:
        """What a look at health wants to know; numbers only."""
        return {
            "legs": len(self._legs),
            "calls": self.running,
            "transactions": self.transactions.open_transactions(),
            "phones": len(self.access.registrar.registered(at=stopwatch())),
            "trunks-registered": sum(each.up for _, each in self._registrations.values()),
            **{f"dropped-{why}": count for why, count in self.tally.counted().items()},
        }

    # What legs and arriving requests need.

    @property
    def running(self) -> int:
        """Calls through carriers; an agent's leg belongs to one of them."""
        return sum(leg.trunk is not None for leg in self._legs.values())

    @property
    def alive(self) -> int:
        """Legs that have not ended."""
        return len(self._legs)

    def contact(self) -> str:
        """Our own address in a dialog."""
        return f"<sip:callward@{headers.in_url(self.shown)}:{self.port}>"

    def keep(self, leg: Leg) -> None:
        """A new leg lives."""
        self._legs[leg.dialog.call_id, leg.dialog.local_tag] = leg

    def forget(self, leg: Leg) -> None:
        """A leg is over."""
        self._legs.pop((leg.dialog.call_id, leg.dialog.local_tag), None)

    def leg_of(self, call_id: str, tag: str) -> Leg | None:
        """The leg of a dialog."""
        return self._legs.get((call_id, tag))

    def replaced(self, header: str) -> str | None:
        """The reference of the leg that a Replaces header names."""
        call_id, _, rest = header.partition(";")
        tags = [part.partition("=")[2] for part in rest.split(";") if "-tag=" in part]
        for tag in tags:
            if leg := self._legs.get((call_id.strip(), tag.strip())):
                return leg.ref
        return None

    def trusted(self, host: str, trunk: str | None) -> bool:
        """Whether requests of this trunk's dialogs may be sent to this address."""
        return trunk is not None and self.access.belongs(host, trunk)

    def credentials(self, trunk: str | None) -> Credentials | None:
        """Who we are to a trunk."""
        found = self._snapshot.trunk(trunk) if trunk else None
        if found is None or found.credentials is None:
            return None
        return Credentials(user=found.credentials.user, secret=found.credentials.secret)

    def count(self, why: Drop) -> None:
        """Count what was refused."""
        self.tally.add(why)
