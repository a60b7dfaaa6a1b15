"""The small documents: cookies, the short version, the poster of an office.

Beside them what the people who work on recorded lines are told (G-10), and people others speak of
(G-11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.policy.vocabulary import RECORDING_ACTIVITY, CookieClass, RecordKind
from callward.policy.vocabulary_calls import DataSource, Evaluated, OtherPerson
from callward.policy.vocabulary_notice import CookieChoice, CookieUse, DocumentSubject
from callward.texts.composer import LAW, in_order
from callward.texts.errors import UnsayableRuleError
from callward.texts.part_access import listeners, two_persons
from callward.texts.part_changes import announced, automated
from callward.texts.part_contents import category_words, purpose_words
from callward.texts.part_retention import key_copies, recording_kept, records
from callward.texts.part_rights import channels, complaint_in_short, offered
from callward.texts.part_site import calls
from callward.texts.part_told import HERE, directions, recording_of, stopping
from callward.texts.part_who import address_of, officer, who_in_short
from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema_statements import Cookie, OtherPersons, StaffNotice
    from callward.texts.composer import Composer
    from callward.texts.notice import Sentence

_OF_STAFF = (RecordKind.TRAINING, RecordKind.AUDIT)


def choice(composer: Composer) -> Iterator[Sentence]:
    """What is set before a choice, and how to choose (K-34, L-36)."""
    rule, probe = "cookie", Probe.COOKIES_DECLARED
    classes = {cookie.purpose for cookie in composer.policy.cookie.values()}
    if classes <= {CookieClass.NECESSARY}:
        yield composer.proven("cookies.only-necessary", rule, probe)
        return
    yield composer.proven("cookies.necessary-first", rule, probe)
    rules = composer.policy.cookies
    if rules is None or rules.choice is not CookieChoice.ASKED_FIRST:
        raise UnsayableRuleError(rule="cookies.choice")
    yield composer.proven("cookies.choice.asked-first", "cookies.choice", probe)


def each_cookie(composer: Composer) -> Iterator[Sentence]:
    """Every cookie with its class, its life and its owner."""
    for name, cookie in sorted(composer.policy.cookie.items()):
        yield _purpose(composer, name, cookie)
        yield from _life(composer, name, cookie)
        yield from _owner(composer, name, cookie)


def _purpose(composer: Composer, name: str, cookie: Cookie) -> Sentence:
    rule, probe = f"cookie.{name}", Probe.COOKIES_DECLARED
    shown = name.replace("-", "_")
    if cookie.purpose is not CookieClass.NECESSARY:
        sentence = f"cookies.{cookie.purpose}.item"
        return composer.proven(sentence, rule, probe, key=name, cookie=shown)
    if not cookie.uses:
        return composer.proven("cookies.necessary-bare.item", rule, probe, key=name, cookie=shown)
    uses = composer.terms("cookieuse", in_order(CookieUse, cookie.uses), rule=rule)
    sentence = "cookies.necessary.item"
    return composer.proven(sentence, rule, probe, key=name, cookie=shown, uses=uses)


def _life(composer: Composer, name: str, cookie: Cookie) -> Iterator[Sentence]:
    rule, probe = f"cookie.{name}", Probe.COOKIES_DECLARED
    if cookie.life:
        life = composer.period(f"{rule}.life", cookie.life)
        yield composer.proven("cookies.life.item", f"{rule}.life", probe, key=name, life=life)
    elif cookie.session:
        yield composer.proven("cookies.session.item", f"{rule}.session", probe, key=name)
    else:
        raise UnsayableRuleError(rule=f"{rule}.life")


def _owner(composer: Composer, name: str, cookie: Cookie) -> Iterator[Sentence]:
    rule, probe = f"cookie.{name}", Probe.COOKIES_DECLARED
    if cookie.third_party:
        owner = _recipient_name(composer, cookie.third_party)
        sentence, path = "cookies.third-party.item", f"{rule}.third_party"
        yield composer.proven(sentence, path, probe, key=name, third_party=owner)
    elif not cookie.shared:
        yield composer.proven("cookies.own.item", rule, probe, key=name)
    if cookie.anonymous and cookie.checked:
        day, path = cookie.checked, f"{rule}.anonymous"
        sentence, proof = "cookies.anonymous.item", cookie.checked.isoformat()
        yield composer.attested(sentence, path, proof, key=name, checked=day)


def _recipient_name(composer: Composer, slug: str) -> str:
    rows = (row for row in composer.policy.recipient if row.id == slug)
    found = next(rows, None)
    return found.name if found and found.name else slug


def essentials(composer: Composer) -> Iterator[Sentence]:
    """What everybody should know at a glance."""
    yield from who_in_short(composer)
    if RECORDING_ACTIVITY in composer.policy.activity:
        yield from directions(composer)
        yield from stopping(composer)
        yield from listeners(composer)
        yield from recording_kept(composer)
        yield key_copies(composer)
    else:
        yield from calls(composer)
    yield from automated(composer)


def your_part(composer: Composer) -> Iterator[Sentence]:
    """What people can ask, where, and to whom they can complain."""
    yield offered(composer)
    yield channels(composer)
    yield from officer(composer)
    yield complaint_in_short(composer)


def more(composer: Composer) -> Iterator[Sentence]:
    """Where the full notices are."""
    about_calls = address_of(composer, DocumentSubject.CALL_RECORDING)
    about_all = address_of(composer, DocumentSubject.SITE)
    if about_calls:
        url, rule = about_calls
        yield composer.static("more.calls-notice-at", rule, url=url)
    if about_all and about_all != about_calls:
        url, rule = about_all
        yield composer.static("more.full-notice-at", rule, url=url)
    if not (about_calls or about_all):
        yield composer.static("more.full-notice-asked", "controller")


def news(composer: Composer) -> Iterator[Sentence]:
    """Which version applies from which day (I-18)."""
    policy = composer.policy
    probe, day = Probe.NOTICES_MATCH, policy.effective
    yield composer.proven("news.version", "version", probe, version=policy.version, effective=day)
    yield announced(composer)


def on_the_wall(composer: Composer) -> Iterator[Sentence]:
    """What a poster says of the data itself."""
    yield from who_in_short(composer)
    if RECORDING_ACTIVITY in composer.policy.activity:
        yield from directions(composer)
        yield from recording_kept(composer)
    else:
        yield from calls(composer)


def more_on_the_wall(composer: Composer) -> Iterator[Sentence]:
    """Where to read or ask more, in an office."""
    yield from more(composer)
    words = composer.terms("language", composer.policy.languages, rule="languages")
    yield composer.static("news.ask-here", "languages", languages=words)
    yield from officer(composer)


def _staff(composer: Composer) -> StaffNotice:
    if composer.policy.staff is None:
        raise UnsayableRuleError(rule="staff")
    return composer.policy.staff


def voice(composer: Composer) -> Iterator[Sentence]:
    """That staff are recorded too, and when they are told."""
    staff = _staff(composer)
    yield composer.proven("staff.recorded", HERE, Probe.CATEGORIES_DECLARED)
    yield from directions(composer, family="staff")
    yield composer.attested(f"staff.told.{staff.told}", "staff.told", "staff.told")
    line = "staff.unrecorded-line" if staff.unrecorded_line else "staff.no-unrecorded-line"
    yield composer.attested(line, "staff.unrecorded_line", "staff.unrecorded_line")
    if staff.consulted:
        day, proof = staff.consulted, staff.consulted.isoformat()
        yield composer.attested("staff.consulted", "staff.consulted", proof, consulted=day)


def use(composer: Composer) -> Iterator[Sentence]:
    """What recordings may mean for staff."""
    staff = _staff(composer)
    words = purpose_words(composer, staff.purposes, rule="staff.purposes")
    probe = Probe.PLAYED_FOR_A_PURPOSE
    yield composer.proven("staff.purposes", "staff.purposes", probe, purposes=words)
    yield composer.static(f"staff.evaluated.{staff.evaluated}", "staff.evaluated")
    if staff.evaluated is not Evaluated.NEVER and staff.consequence:
        yield composer.static(f"staff.consequence.{staff.consequence}", "staff.consequence")
    yield composer.static("staff.basis", f"{LAW}gdpr-6-1-f")


def duties(composer: Composer) -> Iterator[Sentence]:
    """What is written down of those who listen, and which acts need two people."""
    yield composer.proven("staff.logged", f"{HERE}.access", Probe.AUDIT_INTACT)
    yield from two_persons(composer)


def kept_of_staff(composer: Composer) -> Iterator[Sentence]:
    """How long recordings and records about staff are kept."""
    yield from recording_kept(composer)
    yield key_copies(composer)
    yield from records(composer, _OF_STAFF)


def _others(composer: Composer) -> OtherPersons:
    if composer.policy.others is None:
        raise UnsayableRuleError(rule="others")
    return composer.policy.others


def people(composer: Composer) -> Iterator[Sentence]:
    """About whom there is data that somebody else brought."""
    for person in in_order(OtherPerson, _others(composer).who):
        yield composer.static(f"others.who.{person}.item", "others.who")
    if RECORDING_ACTIVITY in composer.policy.activity:
        rule = f"{HERE}.categories"
        words = category_words(composer, recording_of(composer).categories, rule=rule)
        probe = Probe.CATEGORIES_DECLARED
        yield composer.proven("others.contents", rule, probe, categories=words)
    yield composer.static("others.basis", "others")


def source(composer: Composer) -> Iterator[Sentence]:
    """Where it comes from, and how these people learn of it: Art. 14(2)(f), (5)."""
    others = _others(composer)
    words = composer.terms("source", in_order(DataSource, others.source), rule="others.source")
    yield composer.static("others.source", "others.source", source=words)
    yield composer.static(f"others.informed.{others.informed}", "others.informed")


def rights_of_others(composer: Composer) -> Iterator[Sentence]:
    """That their rights are the same."""
    yield composer.static("others.rights", f"{LAW}gdpr-14")
