"""Reading and writing single headers; what comes from outside is text until it is checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from sippy.SipGenericHF import SipGenericHF

from callward.kernel.numbers import MalformedNumberError, parse_number
from callward.line.sip.sippy_stack import Header, Message, SipHeader

if TYPE_CHECKING:
    from collections.abc import Iterable

_USER = re.compile(r"(?:sips?:([^@;>\s]{1,120})@|tel:([^;>\s]{1,60}))", re.IGNORECASE)
_ADDRESS = re.compile(r"<?(?:sips?|tel):[^>]*>?", re.IGNORECASE)
_NUMBER = re.compile(r"\+?[0-9 ().-]{3,24}")
_PLAIN = re.compile(r"[A-Za-z0-9+*#._-]{1,60}")
_SAFE = "+-_.!~*'()"


def raw(message: Message, name: str) -> list[str]:
    """Every value of this header as text, as the peer wrote it."""
    return [str(each.body) for each in message.getHFs(name)]


def first(message: Message, name: str) -> str | None:
    """The first value of this header."""
    values = raw(message, name)
    return values[0] if values else None


class Spelt(SipGenericHF):  # type: ignore[misc]  # sippy carries no types
    """A header written exactly as the RFC spells it; some peers look for no other form."""

    parsed = True

    def __init__(self, name: str, value: str) -> None:
        super().__init__(value, name)
        self._name = name

    def getCanName(self, name: str, compact: bool = False) -> str:  # noqa: FBT001, FBT002, N802 - sippy's form
        """The name as we spell it."""
        del name, compact
        return self._name

    def getCopy(self) -> Spelt:  # noqa: N802 - sippy's name
        """It never changes."""
        return self


def header(name: str, value: str) -> Header:
    """One header of ours."""
    clean = "".join(character for character in value if character.isprintable())
    return SipHeader(name=name, body=Spelt(name, clean))


def tokens(message: Message, name: str) -> set[str]:
    """The comma-separated words of a header, in small letters."""
    return {word.strip().lower() for value in raw(message, name) for word in value.split(",")}


def user_of(value: str | None) -> str | None:
    """The user part of the first SIP or tel address in a header's text."""
    found = _USER.search(value or "")
    if found is None:
        return None
    user = unquote(found[1] or found[2]).split(";")[0].split(":")[0]
    return user if user.isprintable() and user else None


def plain_user(value: str | None) -> str | None:
    """The user part when it is a plain word or number, as phones dial it."""
    user = user_of(value)
    return user if user is not None and _PLAIN.fullmatch(user) else None


def number_in(value: str | None, *, region: str) -> str | None:
    """The E.164 number in a header's address, where it is one."""
    user = user_of(value)
    if user is None or _NUMBER.fullmatch(user) is None:
        return None
    text = "+" + user[2:] if user.startswith("00") else user
    try:
        return parse_number(text, region=region).e164
    except MalformedNumberError:
        return None


def addresses(values: Iterable[str]) -> list[str]:
    """The addresses in headers that may list several."""
    return [found[0] for value in values for found in _ADDRESS.finditer(value)]


def caller_number(message: Message, *, region: str) -> str | None:
    """Who calls, as the carrier asserts it; nobody when the caller withholds the number."""
    if tokens(message, "privacy") & {"id", "user", "full"} or any(
        "privacy=full" in value for value in raw(message, "remote-party-id")
    ):
        return None
    for name in ("p-asserted-identity", "remote-party-id", "from"):
        for value in raw(message, name):
            if number := number_in(value, region=region):
                return number
    return None


def redirects(message: Message, *, region: str) -> tuple[str, ...]:
    """The numbers that the call was redirected from, the first one first (C-05)."""
    history = addresses(raw(message, "history-info"))[:-1]  # the last entry is where it is now
    diversion = addresses(raw(message, "diversion"))[::-1]  # the newest is written on top
    found = [number_in(each, region=region) for each in history or diversion]
    return tuple(dict.fromkeys(number for number in found if number is not None))


def quoted_user(user: str) -> str:
    """A user part that can stand in a SIP address."""
    return quote(user, safe=_SAFE)


def in_url(host: str) -> str:
    """A host as it stands in a SIP address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def display_name(name: str | None) -> str:
    """A quoted name before an address; empty when there is none."""
    if not name:
        return ""
    clean = "".join(letter for letter in name if letter.isprintable() and letter not in '"\\<>')
    return f'"{clean[:60]}" '
