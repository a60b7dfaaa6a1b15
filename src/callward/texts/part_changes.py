"""Profiles, changes of the notice, and what the controller adds in words of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.policy.vocabulary import AnnounceChange
from callward.policy.vocabulary_calls import Evaluated
from callward.policy.vocabulary_notice import (
    AutomatedException,
    Lessening,
    Profiling,
    ReviewSafeguard,
)
from callward.texts.composer import in_order
from callward.texts.errors import UnsayableRuleError
from callward.texts.notice import Sentence
from callward.texts.sentence import Count
from callward.texts.states import Probe, SentenceClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.texts.composer import Composer


def automated(composer: Composer) -> Iterator[Sentence]:
    """Whether people are profiled or decided upon by a machine (K-12, K-26)."""
    match composer.policy.profiling:
        case Profiling.NONE:
            yield composer.proven("automated.none", "profiling", Probe.NOTHING_PROFILED)
            yield from _evaluations(composer)
        case Profiling.WITH_HUMAN_DECISION:
            yield composer.static("automated.human", "profiling")
        case Profiling.AUTOMATED_DECISION:
            yield from _alone(composer)
        case None:
            raise UnsayableRuleError(rule="profiling")


def _evaluations(composer: Composer) -> Iterator[Sentence]:
    staff = composer.policy.staff
    if staff and staff.evaluated is not Evaluated.NEVER:
        probe = Probe.NOTHING_PROFILED
        yield composer.proven("automated.evaluations", "staff.evaluated", probe)


def _alone(composer: Composer) -> Iterator[Sentence]:
    rule, written = "rights.automated", composer.policy.rights.automated
    if written is None:
        raise UnsayableRuleError(rule=rule)
    cases = in_order(AutomatedException, written.exceptions)
    words = composer.terms("exception", cases, rule=rule)
    yield composer.static("automated.alone", rule, exceptions=words)
    kinds = in_order(ReviewSafeguard, written.safeguards)
    words = composer.terms("review", kinds, rule=rule)
    yield composer.static("automated.safeguards", rule, safeguards=words)


def changes(composer: Composer) -> Iterator[Sentence]:
    """How changes are announced, archived, and what they do to what is already kept."""
    version, effective = composer.policy.version, composer.policy.effective
    yield composer.proven(
        "changes.this-version",
        "version",
        Probe.NOTICES_MATCH,
        version=version,
        effective=effective,
    )
    yield announced(composer)
    yield composer.proven("changes.never-longer", "version", Probe.DUE_DATES_FOLLOW_POLICY)
    yield composer.proven("changes.archive", "version", Probe.NOTICES_MATCH)
    yield composer.proven("changes.same-rules", "version", Probe.NOTICES_MATCH)


def announced(composer: Composer) -> Sentence:
    """Where changes are announced, and how long before they apply."""
    change = composer.policy.change
    places = in_order(AnnounceChange, change.announce)
    words = composer.terms("announced", places, rule="change.announce")
    proof = "change"  # people write the letters and hang the posters: only the rule shows it
    if not change.notice_days:
        return composer.attested("changes.announced-at-once", "change", proof, places=words)
    days = Count(count=change.notice_days, unit="day")
    sentence = "changes.announced-before"
    return composer.attested(sentence, "change", proof, days=days, places=words)


def changes_for_site(composer: Composer) -> Iterator[Sentence]:
    """The same, what a change may not take away, and when a failed check is shown."""
    yield from changes(composer)
    yield from _promised(composer)
    publish = composer.policy.publish
    if publish:
        rule = "publish.show_failure_after"
        period = composer.period(rule, publish.show_failure_after)
        yield composer.static("changes.failures-shown", rule, period=period)


def _promised(composer: Composer) -> Iterator[Sentence]:
    change = composer.policy.change
    match change.lessening:
        case Lessening.CONSENT:
            yield composer.static("changes.lessening-consent", "change.lessening")
        case Lessening.NOTICE_ONLY:
            yield composer.static("changes.lessening-notice", "change.lessening")
        case None:
            pass
    if change.tells_before_merger:
        yield composer.static("changes.merger", "change.tells_before_merger")


def remarks(composer: Composer) -> Iterator[Sentence]:
    """Free statements, printed apart as unchecked: those of this language, or all of them."""
    rows = list(enumerate(composer.policy.remark))
    own = [row for row in rows if row[1].language == composer.catalogue.language]
    for row, remark in own or rows:
        part = composer.rule_hash(f"remark.{row}")
        yield Sentence(
            id=f"remark:{row}",
            text=remark.text,
            rule=f"remark.{row}",
            rule_hash=part,
            sentence_class=SentenceClass.REMARK,
            language=remark.language,
        )
