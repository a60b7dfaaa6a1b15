"""Where the agents' phones are: each proves its secret, from an address it may come from."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callward.line.sip.headers import first

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callward.line.sip.dialog import Hop
    from callward.line.sip.sippy_stack import Message
    from callward.line.snapshot import Agent

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
