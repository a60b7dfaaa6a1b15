"""Where things are kept, for how long, and how they end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.holdings.kinds import kinds_of
from callward.policy.vocabulary import (
    RECORDING_ACTIVITY,
    Destruction,
    RecordKind,
    RetentionKind,
)
from callward.policy.vocabulary_calls import HeldAt
from callward.policy.vocabulary_notice import Safeguard, TransferStance
from callward.texts.composer import in_order
from callward.texts.errors import UnsayableRuleError
from callward.texts.part_contents import category_words
from callward.texts.part_told import HERE, recording_of
from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from callward.policy.schema_activity import Activity, Hold, Locate, Retain
    from callward.policy.vocabulary import StartEvent
    from callward.texts.composer import Composer
    from callward.texts.notice import Sentence
    from callward.texts.sentence import Value

_OF_CALLS = (RecordKind.CONSENT, RecordKind.CALL_DETAIL, RecordKind.AUDIT)


def place_of_calls(composer: Composer) -> Iterator[Sentence]:
    """Where recordings are kept, and whether anything leaves the EEA (G-04)."""
    locate = recording_of(composer).locate
    yield from located(composer, locate, HERE, "place.recordings")
    if locate:
        # The probe compares the settings of the machine, which is less than where it stands.
        rule, probe = f"{HERE}.locate.regions", Probe.KEPT_IN_REGION
        regions = composer.terms("region", sorted(locate.regions), rule=rule)
        yield composer.proven("place.set-up", rule, probe, regions=regions)
    yield from transfers(composer)


def located(
    composer: Composer, locate: Locate | None, here: str, sentence: str, *, key: str = ""
) -> Iterator[Sentence]:
    """In which regions, and on what."""
    if locate is None:
        raise UnsayableRuleError(rule=f"{here}.locate")
    rule, path = f"{here}.locate", f"{here}.locate.regions"
    regions = composer.terms("region", sorted(locate.regions), rule=rule)
    yield composer.attested(sentence, path, path, key=key, regions=regions)
    if locate.held_at:
        path = f"{rule}.held_at"
        places = composer.terms("heldat", in_order(HeldAt, locate.held_at), rule=rule)
        yield composer.attested("place.held-at", path, path, key=key, places=places)


def transfers(composer: Composer) -> Iterator[Sentence]:
    """What is said about countries outside the EEA: Art. 13(1)(f)."""
    stance = composer.policy.transfers
    if stance is None:
        return
    rule, probe = "transfers", Probe.HOSTS_DECLARED
    if stance.outside is TransferStance.NONE:
        yield composer.proven("place.transfers.none", rule, probe)
        return
    countries = composer.terms("region", sorted(stance.countries), rule=rule)
    yield composer.proven("place.transfers.with-safeguards", rule, probe, countries=countries)
    words = composer.terms("safeguard", in_order(Safeguard, stance.safeguards), rule=rule)
    yield composer.static("place.transfers.safeguards", f"{rule}.safeguards", safeguards=words)


def kept(
    composer: Composer,
    sentence: str,
    rule: str,
    said: Mapping[str, Value],
    *,
    probe: Probe = Probe.DUE_DATES_FOLLOW_POLICY,
    key: str = "",
) -> Sentence:
    """A sentence on keeping: proven where something kept ends by this rule, else only promised."""
    if kinds_of(rule):
        return composer.proven(sentence, rule, probe, key=key, **said)
    return composer.static(sentence, rule, key=key, **said)


def kept_of_calls(composer: Composer) -> Iterator[Sentence]:
    """How long recordings and what belongs to them are kept, and how they end."""
    activity, rule = recording_of(composer), f"{HERE}.retain"
    yield from recording_kept(composer)
    yield key_copies(composer)
    yield kept(composer, "kept.everything", rule, {}, probe=Probe.EVERYTHING_HAS_A_DUE_DATE)
    yield from _ended(composer, activity)
    if activity.floor:
        yield floor(composer, activity.floor, HERE)
    yield from holds(composer, activity.hold, HERE)
    if activity.hold:
        yield composer.proven("hold.released", f"{HERE}.hold", Probe.HOLDS_REVIEWED)
    yield from _taken_in(composer, activity)
    yield from _related(composer)
    yield from records(composer, _OF_CALLS)
    yield backups(composer)


def recording_kept(composer: Composer) -> Iterator[Sentence]:
    """How long a recording is kept, and that nobody opens it in this house then."""
    rule = f"{HERE}.retain"
    said = counted(composer, recording_of(composer).retain, rule)
    yield kept(composer, "kept.recording", rule, said)
    yield kept(composer, "kept.unreadable", rule, {}, probe=Probe.EXPIRED_UNREADABLE)


def key_copies(composer: Composer) -> Sentence:
    """When the copy of a destroyed key leaves the backups too (G-12)."""
    rule, probe = "backup.keys.period", Probe.BACKUPS_END
    keys = composer.period(rule, composer.policy.backup.keys.period)
    return composer.proven("kept.unreadable-backups", rule, probe, keys=keys)


def counted(composer: Composer, retain: Retain | None, rule: str) -> dict[str, Value]:
    """The period and the event it counts from; raises UnsayableRuleError without either."""
    if retain is None or retain.start is None:
        raise UnsayableRuleError(rule=rule)
    return {
        "period": composer.period(f"{rule}.period", retain.period),
        "start": start(composer, retain.start, rule),
    }


def start(composer: Composer, event: StartEvent, rule: str) -> Value:
    """The words for the event that a period counts from."""
    return composer.terms("start", [event], rule=rule)


def _ended(composer: Composer, activity: Activity) -> Iterator[Sentence]:
    destroy, rule = activity.retain and activity.retain.destroy, f"{HERE}.retain.destroy"
    if destroy is Destruction.CRYPTO_SHRED:
        yield composer.proven("kept.crypto-shred", rule, Probe.NO_KEY_RESIDUE)
    elif destroy is Destruction.ROW_DELETION:
        yield composer.static("kept.row-deletion", rule)
    yield composer.proven("kept.certified", f"{HERE}.retain", Probe.DESTRUCTION_CERTIFIED)


def floor(composer: Composer, law: Retain, here: str, *, key: str = "") -> Sentence:
    """How long the law orders to keep something."""
    rule = f"{here}.floor"
    if law.kind is not RetentionKind.FLOOR:
        raise UnsayableRuleError(rule=rule)
    named = composer.law(law.law, rule=f"{rule}.law")
    said = counted(composer, law, rule)
    return composer.static("kept.floor", rule, key=key, law=named, **said)


def holds(composer: Composer, rules: tuple[Hold, ...], here: str) -> Iterator[Sentence]:
    """What keeps something longer, for how long at most, and how often it is looked at."""
    name = here.split(".")[1]
    for row, hold in enumerate(rules):
        rule = f"{here}.hold.{row}"
        said = {
            "max": composer.period(f"{rule}.max", hold.max),
            "review": composer.period(f"{rule}.review", hold.review),
            "start": start(composer, hold.start, rule),
        }
        family = "hold" if name == RECORDING_ACTIVITY else "hold-other"
        sentence = f"{family}.{hold.reason}.item"
        yield kept(composer, sentence, rule, said, probe=Probe.HOLDS_REVIEWED, key=name)


def _taken_in(composer: Composer, activity: Activity) -> Iterator[Sentence]:
    intake, rule = activity.intake, f"{HERE}.intake"
    if intake is None:
        return
    locked = {
        "match": composer.period(f"{rule}.match_within", intake.match_within),
        "period": composer.period(f"{rule}.quarantine.period", intake.quarantine.period),
    }
    unread, path = Probe.EXPIRED_UNREADABLE, f"{rule}.quarantine"
    yield kept(composer, "kept.quarantine", path, locked, probe=unread)
    yield composer.proven("kept.source", rule, Probe.SOURCE_EMPTIED)
    raw = composer.period(f"{rule}.raw.period", intake.raw.period)
    yield kept(composer, "kept.raw", f"{rule}.raw", {"period": raw})


def _related(composer: Composer) -> Iterator[Sentence]:
    # S-09: everything that is kept of a call, beside its sound.
    for name, activity in sorted(composer.policy.activity.items()):
        path = f"activity.{name}.retain"
        if any(not kind.sealed for kind in kinds_of(path)):
            words = category_words(composer, activity.categories, rule=f"activity.{name}")
            said = {"categories": words, **counted(composer, activity.retain, path)}
            yield kept(composer, "kept.related.item", path, said, key=name)


def records(composer: Composer, kinds: Iterable[RecordKind]) -> Iterator[Sentence]:
    """How long the papers are kept that Callward itself makes (G-16)."""
    for kind in kinds:
        paper = composer.policy.record.get(kind)
        if paper is None:
            continue
        rule = f"record.{kind}.retain"
        said = counted(composer, paper.retain, rule)
        yield kept(composer, f"record.{kind}.item", rule, said)


def backups(composer: Composer) -> Sentence:
    """When backup copies end (G-12)."""
    kept, keys = composer.policy.backup.kept, composer.policy.backup.keys
    return composer.proven(
        "kept.backups",
        "backup",
        Probe.BACKUPS_END,
        data=composer.period("backup.data.period", kept.period),
        keys=composer.period("backup.keys.period", keys.period),
    )
