"""What is done with data beside recording calls: a section for every activity of the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.policy.vocabulary import RECORDING_ACTIVITY, Channel, ConsentMode, MessageChannel
from callward.policy.vocabulary_calls import OptOut
from callward.texts.composer import in_order
from callward.texts.errors import UnsayableRuleError
from callward.texts.part_contents import (
    bases,
    category_of,
    category_words,
    giving_of,
    special,
)
from callward.texts.part_retention import counted, floor, holds, kept, located

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema_activity import Activity
    from callward.texts.composer import Composer
    from callward.texts.notice import Sentence
    from callward.texts.sentence import Terms

_CONSENT_SAID = (
    ConsentMode.PER_CHANNEL,
    ConsentMode.WRITTEN,
    ConsentMode.KEYPRESS,
    ConsentMode.SPOKEN,
)


def other_activities(composer: Composer) -> tuple[str, ...]:
    """The activities that the recording notice does not describe, by name."""
    return tuple(sorted(set(composer.policy.activity) - {RECORDING_ACTIVITY}))


def described(composer: Composer, name: str) -> Iterator[Sentence]:
    """One activity: what, why, how it is left, how long and where."""
    activity, here = composer.policy.activity[name], f"activity.{name}"
    yield from _used(composer, name, activity)
    yield from bases(composer, activity, here, asked=False)
    yield from special(composer, activity, here)
    yield from _agreed(composer, name, activity)
    yield from giving_of(composer, activity, here)
    yield from _kept(composer, name, activity)
    yield from located(composer, activity.locate, here, "uses.place", key=name)


def _used(composer: Composer, name: str, activity: Activity) -> Iterator[Sentence]:
    here = f"activity.{name}"
    words = category_words(composer, activity.categories, rule=f"{here}.categories")
    path = f"{here}.categories"
    yield composer.static("uses.data", path, key=name, categories=words)
    if activity.fields:
        path, words = f"{here}.fields", _fields(composer, activity.fields, f"{here}.fields")
        yield composer.static("uses.fields", path, key=name, fields=words)
    else:
        yield from _details(composer, name, activity)
    if activity.never:
        path, words = f"{here}.never", _fields(composer, activity.never, f"{here}.never")
        yield composer.static("uses.never", path, key=name, fields=words)
    yield from _reached(composer, name, activity)


def _fields(composer: Composer, names: frozenset[str], rule: str) -> Terms:
    return composer.terms("field", sorted(names), rule=rule)


def _details(composer: Composer, name: str, activity: Activity) -> Iterator[Sentence]:
    for each in sorted(activity.categories):
        fields = category_of(composer, each, f"activity.{name}").fields
        if fields:
            path, sentence = f"category.{each}.fields", "uses.category-fields.item"
            words, key = _fields(composer, fields, path), f"{name}.{each}"
            yield composer.static(sentence, path, key=key, fields=words)


def _reached(composer: Composer, name: str, activity: Activity) -> Iterator[Sentence]:
    here = f"activity.{name}"
    if activity.ways:
        path = f"{here}.ways"
        words = composer.terms("channel", in_order(Channel, activity.ways), rule=path)
        yield composer.static("uses.ways", path, key=name, channels=words)
    if activity.channels:
        path, chosen = f"{here}.channels", in_order(MessageChannel, activity.channels)
        words = composer.terms("msgchannel", chosen, rule=path)
        yield composer.static("uses.channels", path, key=name, channels=words)
    if activity.message and activity.message.longest:
        path = f"{here}.message"
        longest = composer.period(f"{path}.longest", activity.message.longest)
        yield composer.static("uses.message-longest", path, key=name, longest=longest)
    if activity.anonymised:
        sentence = f"uses.anonymised.{activity.anonymised}"
        yield composer.static(sentence, f"{here}.anonymised", key=name)


def _agreed(composer: Composer, name: str, activity: Activity) -> Iterator[Sentence]:
    here = f"activity.{name}"
    if activity.consent is ConsentMode.CONTINUED:
        raise UnsayableRuleError(rule=f"{here}.consent")
    if activity.consent in _CONSENT_SAID:
        yield composer.static(f"uses.consent.{activity.consent}", f"{here}.consent", key=name)
    for way in in_order(OptOut, activity.opt_out):
        yield composer.static(f"uses.opt-out.{way}", f"{here}.opt_out", key=name)


def _kept(composer: Composer, name: str, activity: Activity) -> Iterator[Sentence]:
    here, rule = f"activity.{name}", f"activity.{name}.retain"
    said = counted(composer, activity.retain, rule)
    yield kept(composer, "uses.kept", rule, said, key=name)
    if activity.floor:
        yield floor(composer, activity.floor, here, key=name)
    yield from holds(composer, activity.hold, here)
    for other in sorted(activity.stays_in):
        path, key = f"{here}.stays_in", f"{name}.{other}"
        words = composer.terms("activity", [other], rule=path)
        yield composer.static("uses.stays-in.item", path, key=key, activity=words)
