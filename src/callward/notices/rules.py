"""When a version may take effect, how a successor of a file begins, what two texts differ in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from callward.kernel import calendar
from callward.notices.states import Change, Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo


_PREVIOUS = re.compile(r"^previous\s*=.*$", re.MULTILINE)
_EFFECTIVE = re.compile(r"^effective\s*=.*$", re.MULTILINE)


def publish_instant(effective: date, *, approved_at: datetime, zone: ZoneInfo) -> datetime:
    """The first instant of the effective day, but never before the approval."""
    return max(calendar.start_of_day(effective, zone=zone), approved_at)


def earliest_effective(at: datetime, *, notice_days: int, zone: ZoneInfo) -> date:
    """The first day on which a change may hold that people are told of before."""
    return calendar.local_day(at, zone=zone) + timedelta(days=notice_days)


def announced_until(effective: date, *, notice_days: int) -> date:
    """The last day on which the site says that its notices have changed."""
    return effective + timedelta(days=notice_days)


def successor(source: str, *, policy_id: str) -> str:
    """The file in force as the beginning of its next revision: it names what it follows."""
    line = f'previous = "{policy_id}"'
    if _PREVIOUS.search(source):
        return _PREVIOUS.sub(line, source, count=1)
    return _EFFECTIVE.sub(lambda found: f"{found[0]}\n{line}", source, count=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordRun:
    """Some words, and whether they were taken out, put in, or stayed."""

    part: Part
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceChange:
    """One sentence that two versions do not share."""

    sentence: str
    change: Change
    runs: tuple[WordRun, ...]


def changed_sentences(
    before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[SentenceChange, ...]:
    """What happened to each sentence, in the order of the newer text, what left at the end."""
    found = [change for name, text in after.items() if (change := _change(name, before, text))]
    gone = [
        SentenceChange(
            sentence=name, change=Change.REMOVED, runs=(WordRun(part=Part.OLD, text=text),)
        )
        for name, text in before.items()
        if name not in after
    ]
    return (*found, *gone)


def _change(name: str, before: Mapping[str, str], text: str) -> SentenceChange | None:
    if name not in before:
        run = WordRun(part=Part.NEW, text=text)
        return SentenceChange(sentence=name, change=Change.ADDED, runs=(run,))
    if before[name] == text:
        return None
    runs = tuple(changed_words(before[name], text))
    return SentenceChange(sentence=name, change=Change.REWORDED, runs=runs)


def changed_words(before: str, after: str) -> Iterator[WordRun]:
    """Both texts as runs of words that stayed, left or came."""
    old, new = before.split(), after.split()
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    for kind, first, last, from_, to in matcher.get_opcodes():
        if kind == "equal":
            yield WordRun(part=Part.SAME, text=" ".join(new[from_:to]))
            continue
        if first < last:
            yield WordRun(part=Part.OLD, text=" ".join(old[first:last]))
        if from_ < to:
            yield WordRun(part=Part.NEW, text=" ".join(new[from_:to]))


def in_order(own: Sequence[str], all_of_them: Sequence[str]) -> tuple[str, ...]:
    """The languages that there are texts in, the controller's own first."""
    first = [language for language in own if language in all_of_them]
    return (*first, *(language for language in all_of_them if language not in first))


def best_language(wanted: Iterable[str], offered: Sequence[str]) -> str:
    """The first wanted language that is offered, also by its main part; else the first offered."""
    for tag in wanted:
        for candidate in (tag.lower(), tag.lower().partition("-")[0]):
            if candidate in offered:
                return candidate
    return offered[0]
