"""Logs that never name a person, a number, an address or a path.

Our own records keep their constant sentence and those arguments that cannot be personal; records
of foreign libraries keep only who spoke, where and which error, for nobody checks their sentences.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from datetime import timedelta
from enum import Enum
from logging.handlers import WatchedFileHandler
from typing import TYPE_CHECKING, Any, TextIO
from uuid import UUID

from callward.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

HIDDEN = "[hidden]"
_SAFE_TYPES = (bool, float, UUID, Enum, timedelta)
_LONGEST_COUNT = 999_999_999  # a longer whole number may be a telephone number
_CODE = re.compile(r"[a-z]+(?:[._:-][a-z0-9]{1,16}){0,8}|sha256:[0-9a-f]{64}|callward\.[EW]\d{3}")
_PERSONAL = re.compile(
    r"[^\s@]+@[^\s@]+"  # an address
    r"|\+?\d(?:[ ()./-]?\d){6,}"  # a number
    r"|(?<!\w)[~.]{0,2}/[^\s/]+(?:/[^\s]*)?"  # a path
    r"|\b[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}\b"  # an IPv6 address
)
_REFERENCE = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")


def hide(text: str) -> str:
    """Take out of a text whatever looks like a number, an address or a path; keep references."""
    pieces = _REFERENCE.split(text)
    kept = _REFERENCE.findall(text)
    hidden = [_PERSONAL.sub(HIDDEN, piece) for piece in pieces]
    return "".join(one + ref for one, ref in zip(hidden, [*kept, ""], strict=True))


def _safe(value: object) -> object:
    if isinstance(value, _SAFE_TYPES):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _LONGEST_COUNT else HIDDEN
    text = str(value)
    return text if _CODE.fullmatch(text) or _REFERENCE.fullmatch(text) else HIDDEN


class RedactingFormatter(logging.Formatter):
    """One line per record: when, how grave, who, what; an error by its kind and place only."""

    def format(self, record: logging.LogRecord) -> str:
        when = clock.now().isoformat(timespec="milliseconds")
        line = f"{when} {record.levelname} {record.name} {self._sentence(record)}"
        if record.exc_info and record.exc_info[1] is not None:
            line += f" | {describe_error(record.exc_info[1], record.exc_info[2])}"
        return line

    def _sentence(self, record: logging.LogRecord) -> str:
        if record.name.split(".")[0] != "callward":
            return f"at {record.module}:{record.lineno}"
        try:
            return hide(str(record.msg) % self._arguments(record.args))
        except (TypeError, ValueError, KeyError):
            return f"at {record.module}:{record.lineno}"

    def _arguments(self, args: Any) -> tuple[object, ...] | dict[str, object]:
        if isinstance(args, dict):
            return {name: _safe(value) for name, value in args.items()}
        return tuple(_safe(value) for value in args or ())


def describe_error(error: BaseException, trace: TracebackType | None = None) -> str:
    """Name an error by its class and by the places in code it passed, never by its words."""
    frames = traceback.extract_tb(trace or error.__traceback__)
    ours = [frame for frame in frames if "/callward/" in frame.filename] or list(frames)
    places = [
        f"{frame.filename.rpartition('/callward/')[2].rpartition('site-packages/')[2].lstrip('/')}"
        f":{frame.lineno}"
        for frame in ours[-4:]
    ]
    return f"{type(error).__name__} at {' > '.join(places) or 'start'}"


def configure(settings: Mapping[str, Path | None]) -> None:
    """Send every record through the redacting formatter: to the log file if there is one."""
    logging.raiseExceptions = False  # its own complaint would print the arguments
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if not getattr(one, "of_callward", False)]
    path = settings.get("file")
    outlet: logging.Handler = (
        WatchedFileHandler(path, encoding="utf-8", delay=True) if path else _screen()
    )
    outlet.of_callward = True  # type: ignore[attr-defined]  # so that a second call replaces ours only
    outlet.setFormatter(RedactingFormatter())
    root.addHandler(outlet)
    root.setLevel(logging.WARNING)
    logging.getLogger("callward").setLevel(logging.INFO)


def _screen() -> logging.StreamHandler[TextIO]:
    screen = logging.StreamHandler(sys.stderr)
    screen.setLevel(logging.ERROR)
    return screen
