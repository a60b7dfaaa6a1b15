"""Telephone numbers and web addresses as people read and say them."""

from __future__ import annotations

from urllib.parse import urlsplit

import phonenumbers


def spaced_number(e164: str) -> str:
    """The number in groups, as “+44 20 7946 0123”."""
    parsed = phonenumbers.parse(e164)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def spoken_address(address: str) -> str:
    """The address without what nobody says aloud."""
    return address.removeprefix("https://").rstrip("/")


def host_of(address: str) -> str:
    """The site's name alone."""
    return urlsplit(address).hostname or address
