"""What a recording contains, what for, on which basis, and whether it must be given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.policy.vocabulary import (
    RECORDING_ACTIVITY,
    Article9,
    Basis,
    Collected,
    ConsentMode,
    Right,
)
from callward.policy.vocabulary_calls import IfNotGiven
from callward.policy.vocabulary_notice import Weighed
from callward.texts.composer import in_order
from callward.texts.errors import UnsayableRuleError
from callward.texts.part_told import HERE, recording_of
from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from callward.policy.schema import Category, Purpose
    from callward.policy.schema_activity import Activity
    from callward.texts.composer import Composer
    from callward.texts.notice import Sentence
    from callward.texts.sentence import Terms, Value

_SAID_SPECIAL = (Article9.EXPLICIT_CONSENT, Article9.LEGAL_CLAIMS, Article9.HEALTH_CARE)
_TOGETHER = {
    Basis.CONTRACT: "contract",
    Basis.VITAL_INTEREST: "vital",
    Basis.PUBLIC_TASK: "public",
}


def category_words(composer: Composer, names: Iterable[str], *, rule: str) -> Terms:
    """The words for these categories, in alphabetical order of their names in the policy."""
    return composer.terms(
        "category", [category_of(composer, name, rule).dpv for name in sorted(names)], rule=rule
    )


def category_of(composer: Composer, name: str, rule: str) -> Category:
    """The declared category; raises UnsayableRuleError for one that is not."""
    category = composer.policy.category.get(name)
    if category is None:
        raise UnsayableRuleError(rule=f"{rule}: category.{name}")
    return category


def purpose_words(composer: Composer, names: Iterable[str], *, rule: str) -> Terms:
    """The words for these purposes, in alphabetical order of their names in the policy."""
    return composer.terms(
        "purpose", [purpose_of(composer, name, rule).dpv for name in sorted(names)], rule=rule
    )


def purpose_of(composer: Composer, name: str, rule: str) -> Purpose:
    """The declared purpose; raises UnsayableRuleError for one that is not."""
    purpose = composer.policy.purpose.get(name)
    if purpose is None:
        raise UnsayableRuleError(rule=f"{rule}: purpose.{name}")
    return purpose


def contents(composer: Composer) -> Iterator[Sentence]:
    """What is always recorded, what people may volunteer, and what is only shown beside it."""
    rule, probe = f"{HERE}.categories", Probe.CATEGORIES_DECLARED
    names = recording_of(composer).categories
    kinds = {name: category_of(composer, name, rule) for name in names}
    linked = {name for name, kind in kinds.items() if kind.link_only}
    volunteered = {
        name for name, kind in kinds.items() if kind.collected is Collected.VOLUNTEERED
    } - linked
    always = category_words(composer, names - linked - volunteered, rule=rule)
    yield composer.proven("contents.always", rule, probe, categories=always)
    if volunteered:
        words = category_words(composer, volunteered, rule=rule)
        yield composer.proven("contents.volunteered", rule, probe, categories=words)
    if linked:
        words = category_words(composer, linked, rule=rule)
        yield composer.proven("contents.linked", rule, probe, categories=words)
        for name in sorted(linked):
            yield from _linked_fields(composer, name, kinds[name])
    if composer.policy.children:
        yield composer.static("contents.children", "children")


def _linked_fields(composer: Composer, name: str, kind: Category) -> Iterator[Sentence]:
    if kind.fields:
        rule, probe = f"category.{name}.fields", Probe.CATEGORIES_DECLARED
        words = composer.terms("field", sorted(kind.fields), rule=rule)
        yield composer.proven("contents.linked-fields", rule, probe, key=name, fields=words)


def purposes(composer: Composer) -> Iterator[Sentence]:
    """For what recordings are opened, and the basis of each purpose."""
    activity = recording_of(composer)
    if activity.access:
        rule = f"{HERE}.access.purposes"
        words = purpose_words(composer, activity.access.purposes, rule=rule)
        probe = Probe.PLAYED_FOR_A_PURPOSE
        yield composer.proven("purposes.listening", rule, probe, purposes=words)
        yield composer.proven("purposes.written-down", f"{HERE}.access", probe)
    yield from bases(composer, activity, HERE, asked=_asked(activity))
    yield from special(composer, activity, HERE)


def _asked(activity: Activity) -> bool:
    rules = [rule for rule in (activity.inbound, activity.outbound) if rule]
    return all(rule.consent is not ConsentMode.NONE for rule in rules)


def bases(composer: Composer, activity: Activity, here: str, *, asked: bool) -> Iterator[Sentence]:
    """Each purpose of an activity with its one legal basis (X-10, L-03)."""
    rule, found = f"{here}.purposes", {}
    for name in sorted(activity.purposes):
        basis = purpose_of(composer, name, rule).basis
        if basis is None:
            raise UnsayableRuleError(rule=f"purpose.{name}.basis")
        found[name] = basis
    for basis in Basis:
        names = [name for name in found if found[name] is basis]
        if names:
            yield from _on_one_basis(composer, basis, names, rule, asked=asked)
    if Basis.CONSENT in found.values() and len(set(found.values())) > 1:
        yield composer.static("purposes.withdrawal", rule, key=_key(here))


def _key(here: str) -> str:
    return here.split(".")[1]


def _family(here: str) -> str:
    return "purposes" if _key(here) == RECORDING_ACTIVITY else "uses.purposes"


def _on_one_basis(
    composer: Composer, basis: Basis, names: list[str], rule: str, *, asked: bool
) -> Iterator[Sentence]:
    key, family = _key(rule), _family(rule)
    match basis:
        case Basis.CONSENT:
            words = purpose_words(composer, names, rule=rule)
            if asked:
                probe = Probe.TOLD_OR_ASKED
                yield composer.proven(f"{family}.consent", rule, probe, key=key, purposes=words)
            else:
                yield composer.static(f"{family}.consent", rule, key=key, purposes=words)
        case Basis.LEGAL_DUTY:
            yield from (_legal_duty(composer, name, rule) for name in names)
        case Basis.LEGITIMATE_INTEREST:
            yield from (_interest(composer, name, key) for name in names)
        case _:
            words = purpose_words(composer, names, rule=rule)
            yield composer.static(f"{family}.{_TOGETHER[basis]}", rule, key=key, purposes=words)


def _legal_duty(composer: Composer, name: str, here: str) -> Sentence:
    rule, key, family = f"purpose.{name}", f"{_key(here)}.{name}", _family(here)
    law = composer.law(purpose_of(composer, name, rule).law, rule=f"{rule}.law")
    purpose = purpose_words(composer, [name], rule=rule)
    return composer.static(f"{family}.law.item", rule, key=key, law=law, purpose=purpose)


def _interest(composer: Composer, name: str, key: str) -> Sentence:
    rule = f"purpose.{name}"
    purpose = purpose_of(composer, name, rule)
    if purpose.interest is None or purpose.balancing is None:
        raise UnsayableRuleError(rule=f"{rule}.interest")
    said: dict[str, Value] = {
        "purpose": purpose_words(composer, [name], rule=rule),
        "interest": composer.terms("interest", [purpose.interest], rule=f"{rule}.interest"),
        "balancing": purpose.balancing,
    }
    key, proof = f"{key}.{name}", purpose.balancing
    if not purpose.weighed:
        return composer.attested("purposes.interest.item", rule, proof, key=key, **said)
    weighed = composer.terms("weighed", in_order(Weighed, purpose.weighed), rule=rule)
    sentence = "purposes.interest-weighed.item"
    return composer.attested(sentence, rule, proof, key=key, weighed=weighed, **said)


def special(composer: Composer, activity: Activity, here: str) -> Iterator[Sentence]:
    """Under which condition special categories may be used: Art. 9(2)."""
    sensitive = [
        name
        for name in sorted(activity.categories)
        if (kind := composer.policy.category.get(name)) and kind.special
    ]
    if not sensitive:
        return
    if activity.art9 not in _SAID_SPECIAL:
        raise UnsayableRuleError(rule=f"{here}.art9")
    yield composer.static(f"purposes.special.{activity.art9}", f"{here}.art9", key=_key(here))


def giving(composer: Composer) -> Iterator[Sentence]:
    """Whether the data must be given, and what follows if not: Art. 13(2)(e) (G-09)."""
    activity, rule = recording_of(composer), f"{HERE}.if_not_given"
    if activity.if_not_given is IfNotGiven.GOES_ON_UNRECORDED:
        # Of a call this is what the gate does; of other data it is a promise of people.
        yield from _freely(composer, activity, HERE)
        probe, sentence = Probe.REFUSED_LEAVES_NOTHING, "not-given.goes-on-unrecorded-call"
        yield composer.proven(sentence, rule, probe)
        return
    yield from giving_of(composer, activity, HERE)


def _freely(composer: Composer, activity: Activity, here: str) -> Iterator[Sentence]:
    if activity.giving:
        yield composer.static(f"giving.{activity.giving}", f"{here}.giving", key=_key(here))


def giving_of(composer: Composer, activity: Activity, here: str) -> Iterator[Sentence]:
    """The same for any activity."""
    yield from _freely(composer, activity, here)
    if activity.if_not_given:
        rule = f"{here}.if_not_given"
        yield composer.static(f"not-given.{activity.if_not_given}", rule, key=_key(here))


def rests_on(composer: Composer, basis: Basis) -> bool:
    """Whether anything that the policy declares rests on this basis."""
    return any(purpose.basis is basis for purpose in composer.policy.purpose.values())


def offers(composer: Composer, right: Right) -> bool:
    """Whether the policy offers this right."""
    return right in composer.policy.rights.all
