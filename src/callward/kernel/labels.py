"""Closed choices that bring the words people read for them, for the translators to find."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A choice whose members are written as `NAME = "value", _("What people read.")`."""

    words: str

    def __new__(cls, value: str, words: str) -> Self:
        """Keep the value as the member and the words beside it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words
        return member
