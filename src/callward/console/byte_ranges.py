"""Which part of a body a browser asks for (RFC 9110 section 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.ASCII | re.IGNORECASE)


class UnsatisfiableError(ValueError):
    """The asked part lies behind the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The bytes from `start` to before `stop`; `whole` when no part was asked for."""

    start: int
    stop: int
    whole: bool

    @property
    def length(self) -> int:
        """How many bytes it is."""
        return self.stop - self.start


def asked_part(header: str, size: int) -> Part:
    """Read a Range header; a form that we do not know, or several parts, means the whole."""
    match = _ONE_RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return Part(start=0, stop=size, whole=True)
    first, last = match.groups()
    if first and last and int(last) < int(first):
        return Part(start=0, stop=size, whole=True)
    start = int(first) if first else max(0, size - int(last))
    stop = min(size, int(last) + 1) if first and last else size
    if start >= stop:
        raise UnsatisfiableError
    return Part(start=start, stop=stop, whole=False)
