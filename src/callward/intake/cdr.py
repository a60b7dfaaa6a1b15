"""Reads the call records of Asterisk and FreePBX, whatever the order of their columns."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from callward.calls.states import CallDirection, Disposition, PartyRole
from callward.intake.envelope import Envelope, Media, Party, Source
from callward.intake.keyed_digests import parse_name
from callward.kernel import calendar
from callward.kernel.calendar import MalformedInstantError
from callward.kernel.numbers import MalformedNumberError, parse_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

LARGEST_CDR = 64 * 1024 * 1024
_LONGEST_LINE = 16 * 1024
_SYSTEM = "asterisk"
_ANY_ACCOUNT = "default"
_LONGEST_EXTENSION = 6
_LONGEST_CALL = 7 * 24 * 3600
_MASTER = [
    "accountcode",
    "src",
    "dst",
    "dcontext",
    "clid",
    "channel",
    "dstchannel",
    "lastapp",
    "lastdata",
    "start",
    "answer",
    "end",
    "duration",
    "billsec",
    "disposition",
    "amaflags",
    "uniqueid",
    "userfield",
]
_FREEPBX = [
    "calldate",
    "clid",
    "src",
    "dst",
    "dcontext",
    "channel",
    "dstchannel",
    "lastapp",
    "lastdata",
    "duration",
    "billsec",
    "disposition",
    "amaflags",
    "accountcode",
    "uniqueid",
    "userfield",
    "did",
    "recordingfile",
    "cnum",
    "cnam",
    "outbound_cnum",
    "outbound_cnam",
    "dst_cnam",
    "linkedid",
    "peeraccount",
    "sequence",
]
_NAMES = {"calldate": "start", "id": "uniqueid", "recording": "recordingfile"}
_DISPOSITIONS = {
    "ANSWERED": Disposition.ANSWERED,
    "NO ANSWER": Disposition.NO_ANSWER,
    "NOANSWER": Disposition.NO_ANSWER,
    "BUSY": Disposition.BUSY,
    "FAILED": Disposition.FAILED,
    "CONGESTION": Disposition.FAILED,
    "CANCEL": Disposition.CANCELLED,
}
_LOCAL_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?", re.ASCII
)
_CLID = re.compile(r'\s*"?(?P<name>[^"<]*?)"?\s*<[^>]*>\s*')
_CHANNEL = re.compile(r"[A-Za-z0-9_]+/(?P<extension>\d{2,6})[-@;].*", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,59}", re.ASCII)
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,79}", re.ASCII)
_ID = re.compile(r"[\x21-\x7e]{1,120}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class CdrRules:
    """Where the controller is and which numbers are its own."""

    zone: ZoneInfo
    region: str
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CdrFault:
    """A line that cannot be read, by its number and kind, never by its words."""

    line: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CdrCall:
    """One call as its carrier wrote it down."""

    envelope: Envelope
    recording_file: str

    @property
    def answered(self) -> bool:
        """Whether somebody talked, so that a recording is owed."""
        envelope = self.envelope
        return envelope.disposition is Disposition.ANSWERED and envelope.talk_seconds > 0


class _LineError(Exception):
    """One line cannot be read; `args[0]` is the kind."""


def read_cdr(raw: bytes, rules: CdrRules) -> Iterator[CdrCall | CdrFault]:
    """Read a CDR file line by line: a call or a fault for each, and never a traceback."""
    if len(raw) > LARGEST_CDR:
        yield CdrFault(line=0, kind="too-long")
        return
    text = raw.decode("utf-8-sig", errors="replace")
    columns: list[str] | None = None
    delimiter = _delimiter(text[:_LONGEST_LINE])
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            values = _split(line, delimiter)
            if number == 1 and (header := _header(values)):
                columns = header
                continue
            yield _call(_named(values, columns), line, rules)
        except _LineError as error:
            yield CdrFault(line=number, kind=str(error))


def _delimiter(start: str) -> str:
    first = start.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _split(line: str, delimiter: str) -> list[str]:
    if len(line) > _LONGEST_LINE:
        raise _LineError("too-long")
    try:
        # Line by line: one stray quote must not swallow the calls after it.
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        raise _LineError("not-csv") from None


def _header(values: list[str]) -> list[str] | None:
    names = [_NAMES.get(name, name) for name in (value.strip().lower() for value in values)]
    known = {"src", "dst", "duration"}
    return names if known <= set(names) else None


def _named(values: list[str], columns: list[str] | None) -> Mapping[str, str]:
    if columns is None:
        columns = _guessed(values)
    if len(values) > len(columns) or len(values) < len(columns) // 2:
        raise _LineError("columns")
    return {name: value.strip() for name, value in zip(columns, values, strict=False)}


def _guessed(values: list[str]) -> list[str]:
    """Without a header only the two published layouts are known, told apart by their dates."""
    if _LOCAL_TIME.fullmatch(values[0].strip()):
        return [_NAMES.get(name, name) for name in _FREEPBX]
    if len(values) > 9 and _LOCAL_TIME.fullmatch(values[9].strip()):  # noqa: PLR2004  # `start`
        return _MASTER
    raise _LineError("columns")


def _call(row: Mapping[str, str], line: str, rules: CdrRules) -> CdrCall:
    file_name = row.get("recordingfile", "") or row.get("userfield", "")
    file_name = file_name.replace("\\", "/").rpartition("/")[2][:200]
    call_id = row.get("uniqueid", "") or _id_from(file_name)
    if not _ID.fullmatch(call_id):
        raise _LineError("no-id")
    try:
        return CdrCall(envelope=_envelope(row, call_id, line, rules), recording_file=file_name)
    except (ValueError, OverflowError):  # pydantic's ValidationError is one
        raise _LineError("values") from None


def _id_from(file_name: str) -> str:
    parts = parse_name(file_name) if file_name else None
    return parts.uniqueid if parts else ""


def _envelope(row: Mapping[str, str], call_id: str, line: str, rules: CdrRules) -> Envelope:
    started_at = _instant(row.get("start", ""), rules)
    lasted, talked = _seconds(row, "duration"), _seconds(row, "billsec")
    disposition = _DISPOSITIONS.get(row.get("disposition", "").upper(), Disposition.UNKNOWN)
    answered = disposition is Disposition.ANSWERED
    # From the lengths, not from `answer` and `end`: local times repeat in the hour of October.
    ended_at = started_at + timedelta(seconds=max(lasted, talked))
    ends = _Ends(row, rules)
    return Envelope(
        schema="callward.intake/1",
        source=_source(row),
        source_call_id=call_id,
        recording_id=call_id,
        direction=ends.direction,
        started_at=started_at,
        answered_at=ended_at - timedelta(seconds=talked) if answered else None,
        ended_at=ended_at,
        parties=ends.parties,
        did=ends.line,
        queue=ends.queue,
        agent=ends.agent,
        disposition=disposition,
        talk_seconds=talked if answered else 0,
        media=Media(seconds=float(talked) if answered else None),
        raw=line,
    )


def _source(row: Mapping[str, str]) -> Source:
    account = row.get("accountcode", "")
    return Source(system=_SYSTEM, account=account if _ACCOUNT.fullmatch(account) else _ANY_ACCOUNT)


def _instant(text: str, rules: CdrRules) -> datetime:
    if not _LOCAL_TIME.fullmatch(text):
        raise _LineError("time")
    try:
        return calendar.parse_instant(text, zone=rules.zone)
    except (MalformedInstantError, OverflowError, ValueError):
        raise _LineError("time") from None


def _seconds(row: Mapping[str, str], name: str) -> int:
    text = row.get(name, "").partition(".")[0]
    if not (text.isascii() and text.isdigit() and len(text) < 8):  # noqa: PLR2004  # 115 days
        raise _LineError(name)
    if int(text) > _LONGEST_CALL:
        raise _LineError(name)
    return int(text)


class _Ends:
    """The two ends of a call, told apart by what is a number and what an extension."""

    def __init__(self, row: Mapping[str, str], rules: CdrRules) -> None:
        self._row, self._rules = row, rules
        self._src, self._dst = row.get("src", ""), row.get("dst", "")
        self._from, self._to = self._number(self._src), self._number(self._dst)
        self._did = self._number(row.get("did", ""))
        self.direction = self._direction()

    def _number(self, text: str) -> str | None:
        if len(text) <= _LONGEST_EXTENSION:
            return None
        try:
            return parse_number(text, region=self._rules.region).e164
        except MalformedNumberError:
            return None

    def _direction(self) -> CallDirection:
        own, context = self._rules.own, self._row.get("dcontext", "").lower()
        if self._from in own:
            return CallDirection.OUT
        if self._to in own or self._did:
            return CallDirection.IN
        if re.match(r"from-(trunk|pstn|did)|ext-did|incoming|inbound", context):
            return CallDirection.IN
        if self._is_extension(self._src):
            return CallDirection.INTERNAL if self._is_extension(self._dst) else CallDirection.OUT
        return CallDirection.IN

    @staticmethod
    def _is_extension(text: str) -> bool:
        return text.isascii() and text.isdigit() and len(text) <= _LONGEST_EXTENSION

    @property
    def line(self) -> str | None:
        """The controller's own number in this call, where the row says it."""
        own = self._rules.own
        told = self._number(self._row.get("outbound_cnum", "")) or self._did
        return next((n for n in (self._from, self._to, told) if n in own), told)

    @property
    def other(self) -> str | None:
        """The number at the other end; None when withheld."""
        return self._from if self.direction is CallDirection.IN else self._to

    @property
    def agent(self) -> str | None:
        """The extension that took part for the controller."""
        mine = self._src if self.direction is CallDirection.OUT else self._dst
        if self._is_extension(mine):
            return mine
        name = "channel" if self.direction is CallDirection.OUT else "dstchannel"
        match = _CHANNEL.fullmatch(self._row.get(name, ""))
        return match["extension"] if match else None

    @property
    def queue(self) -> str | None:
        """The queue that the call waited in."""
        if self._row.get("lastapp", "").lower() != "queue":
            return None
        name = re.split(r"[,|]", self._row.get("lastdata", ""), maxsplit=1)[0]
        return name if _WORD.fullmatch(name) else None

    @property
    def parties(self) -> tuple[Party, ...]:
        """Who took part: the other end, then the agent."""
        inbound = self.direction is CallDirection.IN
        match = _CLID.fullmatch(self._row.get("clid", ""))
        name = match["name"].strip()[:120] if match and inbound else ""
        role = PartyRole.CALLER if inbound else PartyRole.CALLEE
        return (
            Party(role=role, number=self.other, name=name),
            Party(role=PartyRole.AGENT, number=self.line),
        )
