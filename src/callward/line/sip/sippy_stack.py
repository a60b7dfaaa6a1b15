"""What we take of sippy, made silent: its transactions, its messages, its event loop.

sippy prints whole messages when something surprises it; here nothing of anybody is printed.
"""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sippy.Core.EventDispatcher import ED2
from sippy.SipConf import SipConf
from sippy.SipHeader import SipHeader
from sippy.SipRequest import SipRequest
from sippy.SipTransactionManager import TERMINATED, UACK, SipTransactionManager
from sippy.SipURL import SipURL
from sippy.Time.MonoTime import MonoTime
from sippy.Time.Timeout import Timeout

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "ED2",
    "TERMINATED",
    "UACK",
    "Header",
    "Message",
    "MonoTime",
    "Remote",
    "SipHeader",
    "SipRequest",
    "SipTransactionManager",
    "SipURL",
    "Timeout",
    "Transaction",
    "hush",
    "report_fault",
]

# sippy carries no types: these names say what is meant.
Message = Any
Transaction = Any
Header = Any
Remote = Any

_log = logging.getLogger("callward.line")
_OURS = "callward"


def report_fault(error: BaseException | None, *, during: str) -> None:
    """Log the kind and the place of a fault of ours, never a value."""
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    ours = [frame for frame in frames if _OURS in frame.filename] or list(frames)
    places = " < ".join(f"{Path(frame.filename).stem}:{frame.lineno}" for frame in ours[-3:][::-1])
    kind = type(error).__name__ if error is not None else "none"
    _log.error("line fault %s during %s at %s", kind, during, places)


def hush(*, fault: Callable[[], None], malformed: Callable[[], None]) -> None:
    """Take every voice from sippy; what it would have dumped is counted and placed instead."""

    def quiet(*words: object, **options: object) -> None:
        del words, options

    def dumped(message: str, *rest: object, **options: object) -> None:
        del message, rest, options
        fault()
        report_fault(sys.exc_info()[1], during="sippy")

    def unreadable(message: str, *rest: object, **options: object) -> None:
        del message, rest, options
        malformed()

    for name, module in list(sys.modules.items()):
        if name == "sippy" or name.startswith("sippy."):
            module.__dict__["print"] = quiet
            if "dump_exception" in module.__dict__:
                reads = name == SipTransactionManager.__module__  # it dumps what it cannot parse
                module.__dict__["dump_exception"] = unreadable if reads else dumped
    SipConf.autoconvert_tel_url = True
