"""Lint rules on what a notice says in two ways: one thing has one answer."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from callward.kernel.errors import gettext_noop
from callward.policy.law import countable, ever_later
from callward.policy.lint_recording import recordings_of
from callward.policy.lint_retention import every_rule
from callward.policy.lint_rule import Rule, Trouble, checks
from callward.policy.vocabulary import (
    Basis,
    OtherVoices,
    RecipientRole,
    Right,
    Severity,
    StartEvent,
)
from callward.policy.vocabulary_calls import AdminPower, Delivery, OptOut, Said
from callward.policy.vocabulary_notice import Service

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from callward.policy.schema import Policy
    from callward.policy.schema_activity import Activity

_HERE = "activity.call-recording"
_MARKETING = "dpv:DirectMarketing"
_MAKES_RECORDINGS = frozenset({None, Service.TELEPHONY, Service.RECORDING})


@checks(
    Rule(
        code="X-01",
        article="GDPR 5(1)(b)",
        fact=gettext_noop("%(where)s claims one purpose; declared are: %(number)s."),
        mend=gettext_noop("Take only_purpose out: the notice lists the purposes by itself."),
    )
)
def _one_purpose_of_many(policy: Policy) -> Iterator[Trouble]:
    if policy.only_purpose and set(policy.purpose) != {policy.only_purpose}:
        yield Trouble("only_purpose", {"number": len(policy.purpose)})


@checks(
    Rule(
        code="X-03",
        article="GDPR 13(1)",
        fact=gettext_noop("%(where)s leaves out that the call is recorded."),
        mend=gettext_noop("Add processed and recorded, or leave says out: then all is said."),
    )
)
def _recording_unsaid(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        for way in ("inbound", "outbound"):
            told = getattr(recording, way)
            if told and told.says and Said.RECORDED not in told.says:
                yield Trouble(f"{_HERE}.{way}.says")


@checks(
    Rule(
        code="X-04",
        article="GDPR 13(2)(a)",
        fact=gettext_noop("%(where)s names several periods for one thing."),
        mend=gettext_noop("Keep one period, counted from one event."),
    )
)
def _several_periods(policy: Policy) -> Iterator[Trouble]:
    for where, retain, _kind in every_rule(policy):
        if retain and retain.or_periods:
            yield Trouble(where)


@checks(
    Rule(
        code="X-05",
        article="GDPR 12(1), 17(1)",
        fact=gettext_noop("%(where)s is kept until asked, and does not say it stays in %(other)s."),
        mend=gettext_noop("Name the other activity in stays_in; the notice then says both."),
    )
)
def _copy_left_behind(policy: Policy) -> Iterator[Trouble]:
    for name, activity in policy.activity.items():
        if activity.retain is None or activity.retain.start is not StartEvent.ERASURE_ASKED:
            continue
        for other, kept in policy.activity.items():
            if other not in {name, *activity.stays_in} and _is_copy(activity, kept):
                yield Trouble(f"activity.{name}", {"other": other})


def _is_copy(activity: Activity, kept: Activity) -> bool:
    return bool(activity.categories & kept.categories and activity.purposes & kept.purposes)


@checks(
    Rule(
        code="X-10",
        article="GDPR 13(1)(c)",
        fact=gettext_noop("%(where)s rests on more than one basis."),
        mend=gettext_noop("Keep one basis; split the purpose where two are needed."),
    )
)
def _several_bases(policy: Policy) -> Iterator[Trouble]:
    for name, purpose in policy.purpose.items():
        if len(purpose.bases) > 1:
            yield Trouble(f"purpose.{name}")


@checks(
    Rule(
        code="L-02",
        article="ePrivacy 13",
        fact=gettext_noop("%(where)s sends advertising on a legitimate interest."),
        mend=gettext_noop("Rest it on A6-1-a, or set own_similar_products = true."),
        waivable=True,
    )
)
def _advertising_without_consent(policy: Policy) -> Iterator[Trouble]:
    for name, purpose in policy.purpose.items():
        interest = Basis.LEGITIMATE_INTEREST in purpose.bases and not purpose.own_similar_products
        if purpose.dpv == _MARKETING and interest:
            yield Trouble(f"purpose.{name}")


@checks(
    Rule(
        code="X-13",
        article="GDPR 32(1)(a)",
        fact=gettext_noop("%(where)s mails a voice message as open audio."),
        mend=gettext_noop("Set delivery = link or encrypted-audio."),
        waivable=True,
    )
)
def _open_audio(policy: Policy) -> Iterator[Trouble]:
    for name, notification in policy.notification.items():
        if notification.delivery is Delivery.AUDIO:
            yield Trouble(f"notification.{name}")


@checks(
    Rule(
        code="X-14",
        article="GDPR 12(2)",
        fact=gettext_noop("%(where)s lets an administrator stand between a person and a right."),
        mend=gettext_noop("Add rights_path: a channel that the administrator cannot close."),
    )
)
def _administrator_in_the_way(policy: Policy) -> Iterator[Trouble]:
    admin = policy.account_admin
    if admin and AdminPower.RESTRICT_EDITING in admin.powers:
        reachable = admin.rights_path in policy.rights.channels
        if not reachable:
            yield Trouble("account_admin.rights_path")


@checks(
    Rule(
        code="X-16",
        article="GDPR 15(3)-(4)",
        fact=gettext_noop("%(where)s takes away by veto the copy that A15 promises."),
        mend=gettext_noop("Set other_voices = mask: redact the others instead."),
        waivable=True,
    )
)
def _veto_on_a_right(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        vetoed = recording.release and recording.release.other_voices is OtherVoices.VETO
        if vetoed and Right.ACCESS in policy.rights.all:
            yield Trouble(f"{_HERE}.release")


@checks(
    Rule(
        code="X-17",
        article="GDPR 7(3), 21(2)",
        fact=gettext_noop("%(where)s does not offer the way out that its basis gives: %(way)s."),
        mend=gettext_noop(
            "Withdrawal ends a consent, objection ends advertising; list them in opt_out."
        ),
    )
)
def _wrong_way_out(policy: Policy) -> Iterator[Trouble]:
    for name, activity in policy.activity.items():
        for way in sorted(_ways_out(policy, activity) - activity.opt_out):
            yield Trouble(f"activity.{name}.opt_out", {"way": way})


def _ways_out(policy: Policy, activity: Activity) -> set[OptOut]:
    purposes = [policy.purpose[name] for name in activity.purposes & policy.purpose.keys()]
    due = set()
    if activity.consent and any(each.basis is Basis.CONSENT for each in purposes):
        due.add(OptOut.WITHDRAWAL)
    if any(each.dpv == _MARKETING for each in purposes):
        due.add(OptOut.OBJECTION)
    return due


@checks(
    Rule(
        code="X-18",
        article="GDPR 28(3)(g)",
        fact=gettext_noop("%(where)s holds recordings and has no day to delete them."),
        mend=gettext_noop("Add delete = { kind = deadline, period = P1D, start = copy.verified }."),
    )
)
def _carrier_keeps(policy: Policy) -> Iterator[Trouble]:
    for recipient in policy.recipient:
        makes = recipient.activity == "call-recording" and recipient.service in _MAKES_RECORDINGS
        if makes and recipient.role is RecipientRole.PROCESSOR and recipient.delete is None:
            yield Trouble(f"recipient.{recipient.id}")


@checks(
    Rule(
        code="X-19",
        article="GDPR 33(1), Reg. 611/2013",
        fact=gettext_noop("%(where)s tells clients before the authority has to know."),
        mend=gettext_noop("Make the clock of the authority the shortest of the three."),
        severity=Severity.WARNING,
    )
)
def _client_knows_first(policy: Policy) -> Iterator[Trouble]:
    breach = policy.breach
    clocks = (breach.authority, breach.authority_as_provider)
    authority = [period for text in clocks if (period := countable(text))]
    client = countable(breach.client)
    if client and all(ever_later(each, client) for each in authority):
        yield Trouble("breach.client")


@checks(
    Rule(
        code="X-20",
        article="GDPR 12(1), 13(1)(a)",
        fact=gettext_noop("%(where)s is listed twice with different contacts."),
        mend=gettext_noop("Keep one; the notice names each contact once."),
        severity=Severity.WARNING,
    )
)
def _listed_twice(policy: Policy) -> Iterator[Trouble]:
    controller = policy.controller
    for table in ("site", "office", "desk"):
        for name in _repeated(row.name for row in getattr(controller, table)):
            yield Trouble(f"controller.{table}.{name}")
    for recipient in _repeated(f"{each.id} ({each.activity})" for each in policy.recipient):
        yield Trouble(f"recipient.{recipient}")


def _repeated(names: Iterable[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


@checks(
    Rule(
        code="X-23",
        article="K-03",
        fact=gettext_noop("%(where)s names wider reasons than the list of reasons."),
        mend=gettext_noop("Take or_reasons out; the narrower list is what calls are made for."),
        severity=Severity.WARNING,
    )
)
def _wider_reasons(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        if recording.outbound and recording.outbound.or_reasons - recording.outbound.reasons:
            yield Trouble(f"{_HERE}.outbound.or_reasons")


@checks(
    Rule(
        code="P-35",
        article="GDPR 12(1)",
        fact=gettext_noop("%(where)s shares its term with another row, so both read alike."),
        mend=gettext_noop("Give each category and each purpose a term of its own."),
    )
)
def _term_used_twice(policy: Policy) -> Iterator[Trouble]:
    for table in ("category", "purpose"):
        rows = getattr(policy, table)
        twice = set(_repeated(row.dpv for row in rows.values()))
        for name, row in rows.items():
            if row.dpv in twice:
                yield Trouble(f"{table}.{name}.dpv")
