"""Who may say anything to us at all, and as whom: carriers, agents' phones, nobody else."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callward.line.limits import Bucket, Drop, Guesses
from callward.line.sip.digest import DigestVerifier
from callward.line.sip.headers import first, plain_user, user_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from callward.line.sip.dialog import Hop
    from callward.line.sip.sippy_stack import Message
    from callward.line.snapshot import Agent, Snapshot, Trunk

SHORTEST, LONGEST, USUAL = 60, 3600, 600


def inside(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an address lies in one of these networks."""
    try:
        host = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return False
    return any(host in ipaddress.ip_network(each) for each in networks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a phone was last seen, and until when that counts."""

    user: str  # the phone's own name of its contact
    hop: Hop
    until: float
    contact: str = field(repr=False)


class Registrar:
    """The phones of the snapshot and their places; nothing of it survives the process."""

    def __init__(self) -> None:
        self._phones: dict[str, Agent] = {}
        self._places: dict[str, Place] = {}

    def use(self, phones: Mapping[str, Agent]) -> None:
        """Take the phones of a new snapshot; places of phones that are gone go too."""
        self._phones = dict(phones)
        self._places = {
            name: place
            for name, place in self._places.items()
            if name in phones and self.may_come(name, place.hop[0])
        }

    def phone(self, name: str) -> Agent | None:
        """The phone of this name."""
        return self._phones.get(name)

    def may_come(self, name: str, address: str) -> bool:
        """Whether this phone may come from this address (C-14)."""
        phone = self._phones[name]
        if phone.allow:
            return inside(address, phone.allow)
        return phone.address is None or phone.address == address

    def place(self, name: str, *, at: float) -> Hop | None:
        """Where to ring this phone: its fixed address, or where it registered from."""
        phone = self._phones.get(name)
        if phone is None:
            return None
        if phone.address is not None:
            return (phone.address, phone.port)
        place = self._places.get(name)
        return place.hop if place is not None and place.until > at else None

    def contact_user(self, name: str) -> str:
        """By which name the phone wants to be called there."""
        place = self._places.get(name)
        return place.user if place is not None else name

    def is_home_of_one(self, address: str, *, at: float) -> bool:
        """Whether some phone is registered from this address or fixed to it."""
        return any(
            (place := self.place(name, at=at)) is not None and place[0] == address
            for name in self._phones
        )

    def register(self, name: str, request: Message, *, at: float) -> int | None:
        """Note or forget where the phone is; the seconds granted, None when it asks too little."""
        source: Hop = request.getSource()
        contact = request.getHFBody("contact") if request.countHFs("contact") else None
        if contact is None:
            place = self._places.get(name)
            return max(0, int(place.until - at)) if place else 0
        asked = _asked(request, contact)
        if asked == 0 or contact.asterisk:
            self._places.pop(name, None)
            return 0
        if asked < SHORTEST:
            return None
        seconds = min(asked, LONGEST)
        url = contact.getUrl()
        self._places[name] = Place(
            user=str(url.username or name), hop=source, until=at + seconds, contact=str(url)
        )
        return seconds

    def contact(self, name: str) -> str | None:
        """The contact to write into the answer."""
        place = self._places.get(name)
        return place.contact if place else None

    def registered(self, *, at: float) -> tuple[str, ...]:
        """The names of the phones that can be rung now."""
        return tuple(sorted(name for name in self._phones if self.place(name, at=at)))


def _asked(request: Message, contact: Message) -> int:
    """How long the phone wants to be known."""
    if contact.asterisk:
        return 0
    for value in (contact.getUri().getParam("expires"), first(request, "expires")):
        if value is not None and value.strip().isdecimal():
            return int(value.strip()[:9])
    return USUAL


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
