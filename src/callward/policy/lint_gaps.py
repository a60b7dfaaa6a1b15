"""Lint rules on what a notice must say and does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from callward.kernel.errors import gettext_noop
from callward.policy.law import TRAFFIC_TERMS, countable
from callward.policy.lint_recording import recordings_of
from callward.policy.lint_rights import has_officer
from callward.policy.lint_rule import Rule, Trouble, checks
from callward.policy.vocabulary import (
    RECORDING_ACTIVITY,
    VOICEMAIL_ACTIVITY,
    Basis,
    RecordKind,
    Right,
)
from callward.policy.vocabulary_calls import MessageEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema import Policy
    from callward.policy.schema_activity import Retain

_OF_ACCOUNTS = frozenset({"cw:account", "cw:credentials"})
# Where people write or say what they like, they speak of others.
_OWN_WORDS = frozenset(
    {"pd:Communication", "cw:said", "cw:volunteered", "cw:request-text", "cw:letter"}
)
_CALLS = frozenset({RECORDING_ACTIVITY, VOICEMAIL_ACTIVITY})


@checks(
    Rule(
        code="G-05",
        article="GDPR 12(1)",
        fact=gettext_noop("%(where)s is written and empty: a heading without a text."),
        mend=gettext_noop("Fill it, or leave it out."),
    )
)
def _empty_section(policy: Policy) -> Iterator[Trouble]:
    yield from _empty_in(policy, "")


def _empty_in(table: BaseModel, where: str) -> Iterator[Trouble]:
    for name in sorted(table.model_fields_set):
        key = f"{where}{type(table).model_fields[name].alias or name}"
        yield from _empty_value(getattr(table, name), key)


def _empty_value(value: object, key: str) -> Iterator[Trouble]:
    if isinstance(value, BaseModel):
        if value.model_fields_set:
            yield from _empty_in(value, f"{key}.")
        else:
            yield Trouble(key)
    elif isinstance(value, dict | tuple | frozenset):
        yield from _empty_rows(value, key)


def _empty_rows(
    value: dict[str, object] | tuple[object, ...] | frozenset[object], key: str
) -> Iterator[Trouble]:
    if not value:
        yield Trouble(key)
    elif isinstance(value, dict):
        for name, row in sorted(value.items()):
            yield from _empty_value(row, f"{key}.{name}")
    elif isinstance(value, tuple):
        for number, row in enumerate(value, start=1):
            yield from _empty_value(row, f"{key} {number}")


@checks(
    Rule(
        code="G-08",
        article="GDPR 13(2)(a)-(b), 15",
        fact=gettext_noop("%(where)s is missing."),
        mend=gettext_noop("Add it, with its own retain where it is an activity."),
    )
)
def _essentials_missing(policy: Policy) -> Iterator[Trouble]:
    if Right.ACCESS not in policy.rights.all:
        yield Trouble("rights.all A15")
    if policy.controller.telephony_provider:
        kept = {name for activity in policy.activity.values() for name in activity.categories}
        terms = {policy.category[name].dpv for name in kept & policy.category.keys()}
        if not terms & TRAFFIC_TERMS:
            yield Trouble("activity.cdr")


@checks(
    Rule(
        code="G-09",
        article="GDPR 13(1)(d), 13(2)(e)",
        fact=gettext_noop("%(where)s is missing, though every person must be told."),
        mend=gettext_noop(
            "Add giving and if_not_given to activities, weighed to interests; words of the lists."
        ),
        waivable=True,
    )
)
def _duty_to_give_unsaid(policy: Policy) -> Iterator[Trouble]:
    for name, activity in policy.activity.items():
        if activity.giving is None:
            yield Trouble(f"activity.{name}.giving")
        if activity.if_not_given is None:
            yield Trouble(f"activity.{name}.if_not_given")
    for name, purpose in policy.purpose.items():
        if Basis.LEGITIMATE_INTEREST in purpose.bases and not purpose.weighed:
            yield Trouble(f"purpose.{name}.weighed")


@checks(
    Rule(
        code="G-10",
        article="GDPR 13, 88",
        fact=gettext_noop("%(where)s is missing, though the voices of staff are recorded too."),
        mend=gettext_noop("Add [staff] with purposes, evaluated, told and unrecorded_line."),
        waivable=True,
    )
)
def _staff_untold(policy: Policy) -> Iterator[Trouble]:
    for _recording in recordings_of(policy):
        if policy.staff is None:
            yield Trouble("staff")


@checks(
    Rule(
        code="G-11",
        article="GDPR 14",
        fact=gettext_noop("%(where)s is missing, though callers speak of other persons."),
        mend=gettext_noop("Add [others] with who, source and informed."),
        waivable=True,
    )
)
def _others_untold(policy: Policy) -> Iterator[Trouble]:
    calls = bool(_CALLS & policy.activity.keys()) or policy.controller.telephony_provider
    used = {name for activity in policy.activity.values() for name in activity.categories}
    terms = {policy.category[name].dpv for name in used & policy.category.keys()}
    if policy.others is None and (calls or terms & _OWN_WORDS):
        yield Trouble("others")


@checks(
    Rule(
        code="G-15",
        article="GDPR 33, 34",
        fact=gettext_noop("%(where)s has no clock."),
        mend=gettext_noop("Add a period, for example PT72H; every recipient of a breach has one."),
    )
)
def _breach_without_clock(policy: Policy) -> Iterator[Trouble]:
    for who in ("client", "person"):
        if countable(getattr(policy.breach, who)) is None:
            yield Trouble(f"breach.{who}")


@checks(
    Rule(
        code="G-17",
        article="GDPR 13(2)(a)",
        fact=gettext_noop("%(where)s is kept for no period that anybody could count."),
        mend=gettext_noop("Use it in an activity whose retain has kind, period and start."),
    )
)
def _category_without_period(policy: Policy) -> Iterator[Trouble]:
    counted = _counted(policy)
    for name in sorted(policy.category.keys() - counted):
        yield Trouble(f"category.{name}")
    kept = {policy.category[name].dpv for name in counted & policy.category.keys()}
    if policy.account and not (kept & _OF_ACCOUNTS or _is_countable(policy.account.retain)):
        yield Trouble("account.retain")


def _counted(policy: Policy) -> set[str]:
    return {
        name
        for activity in policy.activity.values()
        if _is_countable(activity.retain)
        for name in activity.categories
    }


def _is_countable(retain: Retain | None) -> bool:
    return bool(retain and retain.start and countable(retain.period))


@checks(
    Rule(
        code="G-18",
        article="GDPR 13(2)(a)",
        fact=gettext_noop("%(where)s has no period, though such papers come in."),
        mend=gettext_noop("Add [%(where)s] with retain."),
    )
)
def _papers_of_channels(policy: Policy) -> Iterator[Trouble]:
    services = {recipient.service for recipient in policy.recipient}
    due = {
        RecordKind.FAX: policy.controller.fax or MessageEvent.FAX in policy.notification,
        RecordKind.MESSAGE_LOG: bool(policy.notification),
        RecordKind.CHAT: "chat" in services,
        RecordKind.SURVEY: _surveyed(policy),
    }
    for kind, wanted in due.items():
        if wanted and kind not in policy.record:
            yield Trouble(f"record.{kind}")


def _surveyed(policy: Policy) -> bool:
    # An activity that has a period of its own leaves no paper over.
    surveys = {name for name, each in policy.category.items() if each.dpv == "cw:survey-answer"}
    return bool(surveys - _counted(policy))


@checks(
    Rule(
        code="L-29",
        article="GDPR 13(1)-(2)",
        fact=gettext_noop("%(where)s leaves out what Article 13 lists: %(items)s."),
        mend=gettext_noop("Add each item; the other findings say where."),
    )
)
def _checklist(policy: Policy) -> Iterator[Trouble]:
    missing = [item for item, is_there in _article_13(policy).items() if not is_there]
    if missing:
        yield Trouble("notice", {"items": ", ".join(missing)})


def _article_13(policy: Policy) -> dict[str, bool]:
    controller, activities = policy.controller, policy.activity.values()
    return {
        "13(1)(a)": bool(controller.post or controller.email),
        "13(1)(b)": has_officer(policy) or controller.no_officer is not None,
        "13(1)(c)": all(purpose.basis for purpose in policy.purpose.values()),
        "13(1)(e)": bool(policy.recipient),
        "13(1)(f)": policy.transfers is not None,
        "13(2)(a)": all(_is_countable(activity.retain) for activity in activities),
        "13(2)(e)": all(each.giving and each.if_not_given for each in activities),
        "13(2)(f)": policy.profiling is not None,
    }


@checks(
    Rule(
        code="P-36",
        article="GDPR 12(1)",
        fact=gettext_noop("%(where)s is a message for which there are no words."),
        mend=gettext_noop("Choose an event of the list of messages."),
    )
)
def _unknown_message(policy: Policy) -> Iterator[Trouble]:
    for name in sorted(policy.notification.keys() - set(MessageEvent)):
        yield Trouble(f"notification.{name}")
