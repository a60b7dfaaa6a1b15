"""Who may say anything to us at all, and as whom: carriers, agents' phones, nobody else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.line.limits import Bucket, Drop, Guesses
from callward.line.sip.digest import DigestVerifier
from callward.line.sip.headers import first, plain_user, user_of
from callward.line.sip.registrar import Registrar, inside

if TYPE_CHECKING:
    from collections.abc import Callable

    from callward.line.sip.sippy_stack import Message
    from callward.line.snapshot import Snapshot, Trunk

_FROM = re.compile(r"^(?:From|f)[ \t]*:[ \t]*([^\r\n]{1,400})", re.IGNORECASE | re.MULTILINE)
_AGENT = re.compile(r"^User-Agent[ \t]*:[ \t]*([^\r\n]{1,200})", re.IGNORECASE | re.MULTILINE)
_SCANNERS = re.compile(
    r"friendly-scanner|sipvicious|sundayddr|sipcli|sip-scan|siparmyknife|pplsip|vaxsip"
    r"|iwar|sipsak|svmap|svwar|svcrack|smap|masscan|nmap|zgrab|eyebeam scanner",
    re.IGNORECASE,
)
_STRANGERS_PER_SECOND = 50
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """The message comes from a trunk's address."""

    trunk: Trunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """The message comes from an agent's phone that has proven itself."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a message gets an answer but nothing else."""

    code: int
    reason: str
    challenge: str | None = None


class AccessControl:
    """Decides by address first, by proof afterwards."""

    def __init__(self, *, realm: str, clock: Callable[[], float]) -> None:
        self.registrar = Registrar()
        self.guesses = Guesses()
        self._clock = clock
        self._keeper = DigestVerifier(realm, clock=clock)
        self._trunks: tuple[Trunk, ...] = ()
        self._hops: dict[str, str] = {}
        self._carriers: dict[str, Trunk | None] = {}
        self._strangers = Bucket(_STRANGERS_PER_SECOND)

    def use(self, snapshot: Snapshot, *, hops: dict[str, str]) -> None:
        """Take trunks and phones of a new snapshot; `hops` are the trunks' own addresses."""
        self._trunks = snapshot.trunks
        self._hops = hops
        self._carriers.clear()
        self.registrar.use(
            {agent.phone: agent for line in snapshot.controllers for agent in line.agents}
        )

    def carrier(self, address: str) -> Trunk | None:
        """The trunk whose allow-list holds this address, or which lives there."""
        if address not in self._carriers:
            if len(self._carriers) >= _REMEMBERED:
                self._carriers.clear()
            found = (each for each in self._trunks if self.belongs(address, each.ref))
            self._carriers[address] = next(found, None)
        return self._carriers[address]

    def belongs(self, address: str, ref: str) -> bool:
        """Whether an address is one of this trunk's."""
        return any(
            trunk.ref == ref
            and (inside(address, trunk.allow) or self._hops.get(trunk.ref) == address)
            for trunk in self._trunks
        )

    def admit(self, text: str, address: str) -> Drop | None:
        """A look before anything is parsed: strangers and scanners get no answer at all."""
        if self.carrier(address) is not None:
            return None
        at = self._clock()
        agent = _AGENT.search(text)
        if agent is not None and _SCANNERS.search(agent[1]) is not None:
            return Drop.SCANNER
        if self.guesses.too_many(address, at=at):
            return Drop.GUESSING
        if self.registrar.is_home_of_one(address, at=at):
            return None
        sender = _FROM.search(text)
        name = user_of(sender[1]) if sender is not None else None
        if text.startswith("SIP/2.0 ") or name is None or self.registrar.phone(name) is None:
            return Drop.STRANGER
        return None if self._strangers.take(at=at) else Drop.FLOOD

    def who(self, request: Message) -> Carrier | Phone | Refusal:
        """Who sends this request that begins something; phones must prove themselves."""
        address = str(request.getSource()[0])
        name = plain_user(first(request, "from"))
        phone = self.registrar.phone(name) if name else None
        trunk = self.carrier(address)
        if trunk is not None and not (name and phone and self._lives(name, request)):
            return Carrier(trunk=trunk)  # whoever calls through it may bear any name
        if phone is None or name is None:
            return Refusal(code=403, reason="Forbidden")
        if not self.registrar.may_come(name, address):
            self.guesses.failed(address, at=self._clock())
            return Refusal(code=403, reason="Forbidden")
        return self._proof(request, name, phone.secret, address)

    def _lives(self, name: str, request: Message) -> bool:
        """Whether this phone is at the sender's address, or says now that it is."""
        place = self.registrar.place(name, at=self._clock())
        there = place is not None and place[0] == str(request.getSource()[0])
        return there or request.getMethod() == "REGISTER"

    def _proof(self, request: Message, name: str, secret: str, address: str) -> Phone | Refusal:
        register = request.getMethod() == "REGISTER"
        given = first(request, "authorization" if register else "proxy-authorization")
        asked = Refusal(
            code=401 if register else 407,
            reason="Unauthorized" if register else "Proxy Authentication Required",
            challenge=self._keeper.challenge(),
        )
        if given is None:
            return asked
        if self._keeper.believes(given, user=name, secret=secret, method=str(request.getMethod())):
            self.guesses.proven(address)
            return Phone(name=name)
        self.guesses.failed(address, at=self._clock())
        return asked
