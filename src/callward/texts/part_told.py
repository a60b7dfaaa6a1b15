"""How people learn of a recording, what they are asked, and what a refusal does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.policy.compiled import Digits
from callward.policy.vocabulary import (
    RECORDING_ACTIVITY,
    Announce,
    Channel,
    ConsentMode,
    Direction,
    OutboundReason,
    StopEvent,
)
from callward.policy.vocabulary_calls import PauseReason
from callward.texts.addresses import spaced_number
from callward.texts.composer import in_order
from callward.texts.errors import UnsayableRuleError
from callward.texts.prompt_texts import offered_languages
from callward.texts.sentence import Count, Listed
from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema_activity import Activity, Inbound, Outbound, Stop
    from callward.texts.composer import Composer
    from callward.texts.notice import Sentence

HERE = f"activity.{RECORDING_ACTIVITY}"
_ASKED = (ConsentMode.NONE, ConsentMode.KEYPRESS, ConsentMode.SPOKEN, ConsentMode.CONTINUED)
_UNSAYABLE = (Announce.AFTER_IDENTIFICATION, Announce.NEVER)


def recording_of(composer: Composer) -> Activity:
    """The recording activity of the policy."""
    return composer.policy.activity[RECORDING_ACTIVITY]


def told(composer: Composer) -> Iterator[Sentence]:
    """Which calls are recorded, what is said before, what is asked, and what ends it."""
    activity = recording_of(composer)
    yield from directions(composer)
    yield from _numbers(composer)
    for way, direction in (("inbound", Direction.IN), ("outbound", Direction.OUT)):
        rule = activity.inbound if direction is Direction.IN else activity.outbound
        if direction in activity.directions:
            yield from _one_way(composer, way, rule)
    yield composer.proven("told.nothing-before", HERE, Probe.TOLD_BEFORE_RECORDED)
    yield composer.proven("told.proof", HERE, Probe.TOLD_OR_ASKED)
    yield from _announcement(composer)
    yield from _reasons(composer)
    yield from stopping(composer)
    if activity.officer_unrecorded:
        rule_path, probe = f"{HERE}.officer_unrecorded", Probe.ONLY_DECLARED_NUMBERS
        yield composer.proven("told.officer-unrecorded", rule_path, probe)


def directions(composer: Composer, *, family: str = "told") -> Iterator[Sentence]:
    """Which way the recorded calls go, said to callers or to staff."""
    chosen = recording_of(composer).directions
    rule, probe = f"{HERE}.directions", Probe.ONLY_DECLARED_DIRECTIONS
    outer = chosen & {Direction.IN, Direction.OUT}
    if outer:
        way = "both" if len(outer) > 1 else str(next(iter(outer)))
        yield composer.proven(f"{family}.directions.{way}", rule, probe)
    if Direction.INTERNAL in chosen:
        yield composer.proven(f"{family}.directions.internal", rule, probe)


def _numbers(composer: Composer) -> Iterator[Sentence]:
    numbers = tuple(map(spaced_number, sorted(recording_of(composer).numbers)))
    if numbers:
        sentence = "told.number" if len(numbers) == 1 else "told.numbers"
        rule, probe = f"{HERE}.numbers", Probe.ONLY_DECLARED_NUMBERS
        yield composer.proven(sentence, rule, probe, numbers=Listed(names=numbers))


def _one_way(composer: Composer, way: str, rule: Inbound | Outbound | None) -> Iterator[Sentence]:
    if rule is None or rule.announce in _UNSAYABLE or rule.consent not in _ASKED:
        raise UnsayableRuleError(rule=f"{HERE}.{way}")
    announce = f"told.{way}.{rule.announce}"
    yield composer.proven(announce, f"{HERE}.{way}.announce", Probe.TOLD_BEFORE_RECORDED)
    asked = f"asked.{way}.{rule.consent}"
    needs_consent = rule.consent is not ConsentMode.NONE
    probe = Probe.TOLD_OR_ASKED if needs_consent else Probe.TOLD_BEFORE_RECORDED
    yield _with_keys(composer, asked, f"{HERE}.{way}.consent", probe)
    if rule.refuse is None:
        raise UnsayableRuleError(rule=f"{HERE}.{way}.refuse")
    refused = f"refused.{way}.{rule.refuse}"
    yield _with_keys(composer, refused, f"{HERE}.{way}.refuse", Probe.REFUSED_LEAVES_NOTHING)


def _with_keys(composer: Composer, sentence: str, rule: str, probe: Probe) -> Sentence:
    digits = recording_of(composer).digits or Digits()
    slots = composer.catalogue.template(sentence).slots
    keys = {"agree": digits.agree, "refuse": digits.refuse, "stop": digits.stop}
    return composer.proven(sentence, rule, probe, **{slot: keys[slot] for slot in sorted(slots)})


def _announcement(composer: Composer) -> Iterator[Sentence]:
    languages = offered_languages(composer.policy)
    sentence = "told.language" if len(languages) == 1 else "told.languages"
    own = recording_of(composer).inbound
    rule = f"{HERE}.inbound.languages" if own and own.languages else "languages"
    words = composer.terms("language", languages, rule=rule)
    yield composer.proven(sentence, rule, Probe.PROMPTS_MATCH, languages=words)
    yield composer.proven("told.same-words", HERE, Probe.PROMPTS_MATCH)


def _reasons(composer: Composer) -> Iterator[Sentence]:
    activity = recording_of(composer)
    outbound = activity.outbound if Direction.OUT in activity.directions else None
    if outbound is None:
        return
    rule = f"{HERE}.outbound.reasons"
    # where a text names two lists, the narrower one wins.
    reasons = outbound.reasons & (outbound.or_reasons or outbound.reasons)
    words = composer.terms("outbound", in_order(OutboundReason, reasons), rule=rule)
    yield composer.proven("told.reasons", rule, Probe.CALLED_FOR_A_REASON, reasons=words)


def stopping(composer: Composer) -> Iterator[Sentence]:
    """What ends or pauses a recording."""
    activity = recording_of(composer)
    yield _with_keys(composer, "stop.by-key", HERE, Probe.STOPPED_IN_TIME)
    if activity.stop:
        yield _stop(composer, activity.stop)
    if activity.pause:
        rule = f"{HERE}.pause"
        reasons = in_order(PauseReason, activity.pause.reasons)
        yield composer.proven(
            "stop.pause",
            rule,
            Probe.STOPPED_IN_TIME,
            period=composer.period(f"{rule}.max", activity.pause.max),
            reasons=composer.terms("pause", reasons, rule=rule),
        )


def _stop(composer: Composer, stop: Stop) -> Sentence:
    rule = f"{HERE}.stop"
    if not stop.on:
        raise UnsayableRuleError(rule=rule)
    events = "-and-".join(str(event) for event in StopEvent if event in stop.on)
    seconds = Count(count=stop.within_seconds, unit="second")
    return composer.proven(f"stop.{events}", rule, Probe.STOPPED_IN_TIME, seconds=seconds)


def ways(composer: Composer) -> Iterator[Sentence]:
    """How to settle a matter without a recorded call (S-05, G-01)."""
    channels = in_order(Channel, recording_of(composer).unrecorded)
    rule = f"{HERE}.unrecorded"
    words = composer.terms("channel", channels, rule=rule)
    yield composer.proven("ways.intro", rule, Probe.CONTACTS_ANSWER, channels=words)
