"""The small documents: cookies, the short version, the poster of an office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.policy.vocabulary import RECORDING_ACTIVITY, CookieClass
from callward.policy.vocabulary_notice import CookieChoice, CookieUse, DocumentSubject
from callward.texts.composer import in_order
from callward.texts.errors import UnsayableRuleError
from callward.texts.part_access import listeners
from callward.texts.part_changes import announced, automated
from callward.texts.part_retention import key_copies, recording_kept
from callward.texts.part_rights import channels, complaint_in_short, offered
from callward.texts.part_site import calls
from callward.texts.part_told import directions, stopping
from callward.texts.part_who import address_of, officer, who_in_short
from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema_statements import Cookie
    from callward.texts.composer import Composer
    from callward.texts.notice import Sentence


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
