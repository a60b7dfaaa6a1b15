"""Closed choices that bring the words people read for them, for the translators to find."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

FAMILIES: dict[str, type[Labelled]] = {}
CONTEXT = "\x04"  # as gettext parts a context from its text


def pgettext(context: str, text: str) -> str:
    """Mark a text that needs its context told, without translating it here."""
    return context + CONTEXT + text


class Labelled(StrEnum):
    """A choice whose members are written as `NAME = "value", _("What people read.")`."""

    words: str

    def __new__(cls, value: str, words: str = "", *_more: str) -> Self:
        """Keep the value as the member and the words beside it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words
        return member

    def __init_subclass__(cls, *, family: str = "") -> None:
        """Give the choice the name under which screens ask for its words."""
        if family in FAMILIES:
            raise ValueError(family)
        if family:
            FAMILIES[family] = cls
