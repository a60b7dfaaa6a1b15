"""The spool and its journal as files of the line, opened with the house's keys."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from callward.kernel.disk import own_folder
from callward.kernel.errors import BadInputError
from callward.kernel.references import parse_ref
from callward.telephony.line_paths import control_socket, spool_folder
from callward.telephony.values import JournalCall
from callward.vault import services as vault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from callward.kernel.references import Ref
    from callward.telephony.ports import LineControl, SpoolDoor


def open_spool() -> SpoolDoor:
    """The spool, whose keys only the house's key store opens."""
    from callward.line.spool_reader import SpoolReader  # noqa: PLC0415  # only the collector reads

    return SpoolReader(own_folder(spool_folder()), opener=vault.open_spool_key)


class FileJournal:
    """The line's own lines of calls begun and ended, a file a day."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def calls_of(
        self, began: datetime, ended: datetime, *, controller: str
    ) -> Sequence[JournalCall]:
        """The calls of a controller that began between two instants."""
        found: dict[Ref, JournalCall] = {}
        for line in self._lines(began, ended):
            if line.get("event") != "begun" or line.get("controller") != controller:
                continue
            if began.isoformat() <= str(line.get("at", "")) < ended.isoformat():
                call = parse_ref(line["call"])
                recording = parse_ref(line.get("recording", line["call"]))
                found[call] = JournalCall(ref=call, recording=recording)
        return list(found.values())

    def _lines(self, began: datetime, ended: datetime) -> Iterator[dict[str, str]]:
        days = (ended.date() - began.date()).days + 1
        for number in range(days):
            day = began.date() + timedelta(days=number)
            path = self._folder / f"journal-{day.isoformat()}.jsonl"
            if path.exists():
                yield from _read(path)


def open_journal() -> FileJournal:
    """The journal beside the spool."""
    return FileJournal(spool_folder())


def _read(path: Path) -> Iterator[dict[str, str]]:
    for line in path.read_text().splitlines():
        try:
            content = json.loads(line)
            parse_ref(str(content["call"]))
        except (ValueError, KeyError, TypeError, BadInputError):
            continue  # half a line, from a fall
        yield content


def reach_line() -> LineControl:
    """The running line behind its control socket."""
    from callward.telephony.line_connection import SocketLine  # noqa: PLC0415  # not every command asks

    return SocketLine(control_socket())
