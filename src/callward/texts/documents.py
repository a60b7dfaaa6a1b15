"""Which sections each kind of notice has, and whether a policy gives it at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.policy.vocabulary import RECORDING_ACTIVITY
from callward.texts.part_access import listening, recipients_of_calls
from callward.texts.part_activities import described, other_activities
from callward.texts.part_changes import automated, changes, changes_for_site, remarks
from callward.texts.part_contents import contents, giving, purposes
from callward.texts.part_retention import kept_of_calls, place_of_calls, transfers
from callward.texts.part_rights import objection, rights, rights_in_short, rights_of_staff
from callward.texts.part_site import (
    account,
    breach,
    calls,
    everybody,
    messages,
    papers,
    payment,
    security,
)
from callward.texts.part_small import (
    choice,
    duties,
    each_cookie,
    essentials,
    kept_of_staff,
    more,
    more_on_the_wall,
    news,
    on_the_wall,
    people,
    rights_of_others,
    source,
    use,
    voice,
    your_part,
)
from callward.texts.part_told import told, ways
from callward.texts.part_who import who, who_and_where_else, who_for_calls, who_in_short
from callward.texts.states import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from callward.policy.schema import Policy
    from callward.texts.composer import Composer
    from callward.texts.notice import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One section of a document: who writes it, and which table an empty one lacks."""

    id: str
    write: Callable[[Composer], Iterator[Sentence]]
    table: str
    needed: bool = True


# Stands for one section per activity of the policy.
ACTIVITIES = "activities"

_RECORDING = f"activity.{RECORDING_ACTIVITY}"
_CALL_RECORDING = (
    Part(id="who", write=who_and_where_else, table="controller"),
    Part(id="told", write=told, table=_RECORDING),
    Part(id="ways", write=ways, table=f"{_RECORDING}.unrecorded"),
    Part(id="contents", write=contents, table=f"{_RECORDING}.categories"),
    Part(id="purposes", write=purposes, table=f"{_RECORDING}.purposes"),
    Part(id="giving", write=giving, table=f"{_RECORDING}.giving"),
    Part(id="listening", write=listening, table=f"{_RECORDING}.access"),
    Part(id="recipients", write=recipients_of_calls, table="recipient"),
    Part(id="place", write=place_of_calls, table=f"{_RECORDING}.locate"),
    Part(id="kept", write=kept_of_calls, table=f"{_RECORDING}.retain"),
    Part(id="rights", write=rights_in_short, table="rights"),
    Part(id="objection", write=objection, table="rights"),
    Part(id="automated", write=automated, table="profiling"),
    Part(id="changes", write=changes, table="change"),
    Part(id="remarks", write=remarks, table="remark", needed=False),
)


def _activities(composer: Composer) -> Iterator[Sentence]:
    for name in other_activities(composer):
        yield from described(composer, name)


_SITE = (
    Part(id="who", write=who, table="controller"),
    Part(id="calls", write=calls, table=_RECORDING),
    Part(id=ACTIVITIES, write=_activities, table="activity", needed=False),
    Part(id="everybody", write=everybody, table="recipient"),
    Part(id="transfers", write=transfers, table="transfers"),
    Part(id="papers", write=papers, table="record"),
    Part(id="account", write=account, table="account", needed=False),
    Part(id="payment", write=payment, table="payment", needed=False),
    Part(id="messages", write=messages, table="notification", needed=False),
    Part(id="security", write=security, table="control"),
    Part(id="rights", write=rights, table="rights"),
    Part(id="objection", write=objection, table="rights"),
    Part(id="automated", write=automated, table="profiling"),
    Part(id="breach", write=breach, table="breach"),
    Part(id="changes", write=changes_for_site, table="change"),
    Part(id="remarks", write=remarks, table="remark", needed=False),
)
_STAFF = (
    Part(id="who", write=who_for_calls, table="controller"),
    Part(id="voice", write=voice, table="staff"),
    Part(id="use", write=use, table="staff.purposes"),
    Part(id="listening", write=listening, table=f"{_RECORDING}.access"),
    Part(id="duties", write=duties, table="two_person"),
    Part(id="kept-of-staff", write=kept_of_staff, table="record"),
    Part(id="rights", write=rights_of_staff, table="rights"),
)


def _rights_of_others(composer: Composer) -> Iterator[Sentence]:
    yield from rights_of_others(composer)
    yield from rights_in_short(composer)


_OTHERS = (
    Part(id="who", write=who_for_calls, table="controller"),
    Part(id="people", write=people, table="others.who"),
    Part(id="source", write=source, table="others.source"),
    Part(id="rights", write=_rights_of_others, table="rights"),
    Part(id="objection", write=objection, table="rights"),
)


_COOKIES = (
    Part(id="who", write=who_in_short, table="controller"),
    Part(id="choice", write=choice, table="cookies"),
    Part(id="each", write=each_cookie, table="cookie"),
)
_SHORT = (
    Part(id="essentials", write=essentials, table="controller"),
    Part(id="objection", write=objection, table="rights"),
    Part(id="rights", write=your_part, table="rights"),
    Part(id="more", write=more, table="document"),
)
_POSTER = (
    Part(id="essentials", write=on_the_wall, table="controller"),
    Part(id="news", write=news, table="change"),
    Part(id="more", write=more_on_the_wall, table="document"),
)
DOCUMENTS: Mapping[NoticeKind, tuple[Part, ...]] = {
    NoticeKind.CALL_RECORDING: _CALL_RECORDING,
    NoticeKind.SITE: _SITE,
    NoticeKind.STAFF: _STAFF,
    NoticeKind.OTHERS: _OTHERS,
    NoticeKind.COOKIES: _COOKIES,
    NoticeKind.SHORT: _SHORT,
    NoticeKind.POSTER: _POSTER,
}


def kinds_of(policy: Policy) -> tuple[NoticeKind, ...]:
    """The notices that this policy gives."""
    records = RECORDING_ACTIVITY in policy.activity
    given = {
        NoticeKind.CALL_RECORDING: records,
        NoticeKind.STAFF: records and policy.staff is not None,
        NoticeKind.OTHERS: policy.others is not None,
        NoticeKind.COOKIES: bool(policy.cookie),
    }
    return tuple(kind for kind in NoticeKind if given.get(kind, True))
