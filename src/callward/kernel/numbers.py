"""Telephone numbers in the one form that everything compares by (E.164)."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers

from callward.kernel.errors import BadInputError, gettext_noop

_SHOWN_DIGITS = 3


class MalformedNumberError(BadInputError):
    """A text is not a telephone number; the text itself is never repeated."""

    code = "bad-number"
    fact = gettext_noop("This is not a telephone number of %(region)s or of another country.")
    mend = gettext_noop("Write it with its country code, for example +44 20 7946 0123.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneNumber:
    """One telephone number; its text form hides all but the last digits."""

    e164: str

    def __str__(self) -> str:
        return "•••" + self.e164[-_SHOWN_DIGITS:]

    def __repr__(self) -> str:
        return f"PhoneNumber({self})"


def parse_number(text: str, *, region: str) -> PhoneNumber:
    """Read a number as people of `region` (ISO 3166) write it; raises MalformedNumberError."""
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise MalformedNumberError(region=region) from error
    if not phonenumbers.is_possible_number(parsed):
        raise MalformedNumberError(region=region)
    return PhoneNumber(e164=phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
