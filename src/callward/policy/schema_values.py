"""The forms that single values of a policy file may take."""

import re
import sys
import unicodedata
from datetime import date  # pydantic reads the annotations
from types import ModuleType
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from callward.kernel.calendar import (
    MalformedPeriodError,
    UnknownZoneError,
    parse_period,
    zone_named,
)
from callward.policy.vocabulary import ENDLESS_WORDS

# No plugin of a foreign package has a say in how a policy is read, and looking for one costs much.
_nobody = ModuleType("pydantic.plugin._loader")
_nobody.__dict__["get_plugins"] = tuple
sys.modules.setdefault(_nobody.__name__, _nobody)

_MAX_MONTHS = 100 * 12
_MAX_DAYS = 36_525
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co"})
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)


class Table(BaseModel):
    """A table of the policy file: closed, unchangeable, no silent conversions."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


def _period(text: str) -> str:
    if text in ENDLESS_WORDS:
        return text
    try:
        period = parse_period(text)
    except MalformedPeriodError as error:
        raise ValueError("a period is written like P6M, P1Y, P30D or PT24H") from error
    if period.months > _MAX_MONTHS or period.days > _MAX_DAYS:
        raise ValueError("a period is at most a hundred years")
    return str(period)


def _zone(text: str) -> str:
    try:
        return str(zone_named(text))
    except UnknownZoneError as error:
        raise ValueError("a time zone is written like Europe/Bucharest") from error


def _printable(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if any(unicodedata.category(letter) in _REFUSED_CATEGORIES for letter in text):
        raise ValueError("it has invisible or control characters")
    return text


def _prose(text: str) -> str:
    return "\n".join(_printable(line) for line in text.split("\n"))


def _month_day(text: str) -> str:
    if _MONTH_DAY.fullmatch(text) is None:
        raise ValueError("a day of the year is written like 12-31")
    return text


_MAX_TEXT = 500
_MAX_PROSE = 5000

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Term = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]*:[A-Za-z0-9-]+$", max_length=80)]
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=_MAX_TEXT), AfterValidator(_printable)
]
Prose = Annotated[
    str, StringConstraints(min_length=1, max_length=_MAX_PROSE), AfterValidator(_prose)
]
PeriodText = Annotated[str, StringConstraints(max_length=40), AfterValidator(_period)]
ZoneName = Annotated[str, StringConstraints(max_length=40), AfterValidator(_zone)]
MonthDay = Annotated[str, AfterValidator(_month_day)]
E164 = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
Email = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]+$", max_length=120)
]
WebAddress = Annotated[
    str, StringConstraints(pattern=r"^https://[A-Za-z0-9.-]+(/[A-Za-z0-9._~/-]*)?$", max_length=200)
]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Region = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}|EEA)$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Host = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=120)
]
Digit = Annotated[str, StringConstraints(pattern=r"^[0-9*#]$")]
PolicyId = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0, le=10**12)]
Day = date
