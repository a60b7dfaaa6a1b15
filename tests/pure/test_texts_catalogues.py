"""The sentences of four languages are one set, whole, and written by hand in each language."""

from __future__ import annotations

import re

import pytest

from callward.policy.tables import ACTIVITY_NAMES, CATEGORY_TERMS, FIELD_NAMES, PURPOSE_TERMS
from callward.policy.vocabulary import (
    AnnounceChange,
    BreachItem,
    Channel,
    ControlKind,
    HoldReason,
    MessageChannel,
    OutboundReason,
    RecordKind,
    ReleaseTo,
    Right,
    Role,
    StartEvent,
)
from callward.policy.vocabulary_calls import (
    AdminPower,
    DataSource,
    HeldAt,
    MessageEvent,
    PauseReason,
    SignIn,
)
from callward.policy.vocabulary_notice import (
    CookieUse,
    Interest,
    JointDuty,
    RestrictedUse,
    Reviewed,
    Safeguard,
    Service,
    Weighed,
)
from callward.texts import LANGUAGES
from callward.texts.catalogue import Choice, Slot, catalogue_of, template_of
from callward.texts.errors import (
    CatalogueBrokenError,
    SentenceMissingError,
    UnknownLanguageError,
)
from callward.texts.states import NoticeKind, SentenceClass

OTHERS = tuple(language for language in LANGUAGES if language != "en")
# Names and abbreviations that are the same everywhere.
SAME_EVERYWHERE = {"chat", "audit"}
NEVER_OFFERED = {Right.OBJECTION, Right.WITHDRAWAL, Right.COMPLAINT}


def literal(template) -> str:
    """What a sentence says without its values."""
    return " ".join(shown(piece, "") for piece in template.pieces)


def shown(piece, slot) -> str:
    """The words of a piece; a choice in its two wordings."""
    if isinstance(piece, Choice):
        return f"{piece.one} {piece.many}"
    return slot if isinstance(piece, Slot) else piece


def bare(text: str) -> str:
    """Letters only, so that two sentences that differ in signs alone count as equal."""
    return re.sub(r"[\W\d_]+", "", text).casefold()


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_and_every_word_stands_in_every_language(language):
    english, other = catalogue_of("en"), catalogue_of(language)
    assert other.sentences.keys() == english.sentences.keys()
    assert other.words.keys() == english.words.keys()


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.req("D-06")
def test_a_sentence_takes_the_same_values_in_every_language(language):
    english, other = catalogue_of("en"), catalogue_of(language)
    odd = [
        name
        for name, template in english.sentences.items()
        if template.slots != other.sentences[name].slots
    ]
    assert odd == []


def test_no_sentence_is_left_untranslated():
    equal = []
    for name in catalogue_of("en").sentences:
        texts = [bare(literal(catalogue_of(each).sentences[name])) for each in LANGUAGES]
        equal += [name for text in texts if text and texts.count(text) > 1]
    assert equal == []


def test_no_word_is_left_untranslated():
    families = ("region", "date", "protocol", "join")
    equal = set()
    for name, word in catalogue_of("en").words.items():
        if name.split(".", 1)[0] in families:
            continue
        for other in OTHERS:
            if bare(catalogue_of(other).words[name].get("nom", "")) == bare(word.get("nom", "")):
                equal.add(word.get("nom", ""))
    assert {each.casefold() for each in equal if each} <= SAME_EVERYWHERE


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_begin_with_a_capital_and_end_like_sentences(language):
    odd = []
    for name, template in catalogue_of(language).sentences.items():
        text = "".join(shown(piece, "X") for piece in template.pieces)
        is_phrase = name.startswith(("prompt.key.", "mark.", "section.", "title.", "foot.title"))
        if not is_phrase and not (text[0].isupper() and text.rstrip()[-1] in ".?:"):
            odd.append(name)
        if "  " in text or text != text.strip() or ".." in text or " ." in text or " ," in text:
            odd.append(name)
    assert odd == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.req("D-06")
def test_no_number_is_typed_into_a_sentence(language):
    # Numbers come from the policy; only articles of law are written out.
    law = re.compile(
        r"Article \d+\(\d\)(\(\w\))?"
        r"|articolul \d+ alineatul \(\d\)( litera \(\w\))?"
        r"|член \d+, параграф \d(, буква „\w“)?"
        r"|\d+ straipsnio \d dalies \w punktas"
    )
    catalogue = catalogue_of(language)
    odd = [
        name
        for name, template in catalogue.sentences.items()
        if re.search(r"\d", law.sub("", literal(template)))
    ]
    assert odd == []


def test_each_language_is_written_in_its_own_letters():
    cyrillic, cedilla = re.compile(r"[а-яА-Я]"), re.compile(r"[şţŞŢ]")
    latin_words = re.compile(r"[A-Za-z]{2,}")
    for language in LANGUAGES:
        catalogue = catalogue_of(language)
        texts = [literal(each) for each in catalogue.sentences.values()]
        texts += [form for word in catalogue.words.values() for form in word.values()]
        for text in texts:
            if language == "bg":
                left = set(latin_words.findall(re.sub(r"\{\w+(\|\w+)*\}", "", text)))
                assert left <= {"SMS", "IP", "TLS", "nom"}, text
            else:
                assert not cyrillic.search(text), text
                assert not cedilla.search(text), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_closed_lists_has_words_for_people(language):
    words = catalogue_of(language).words
    lists = {
        "interest": Interest,
        "weighed": Weighed,
        "role": Role,
        "outbound": OutboundReason,
        "pause": PauseReason,
        "start": StartEvent,
        "releaseto": ReleaseTo,
        "channel": Channel,
        "heldat": HeldAt,
        "safeguard": Safeguard,
        "right": set(Right) - NEVER_OFFERED,
        "service": Service,
        "duty": JointDuty,
        "restricted": RestrictedUse,
        "msgchannel": MessageChannel,
        "event": MessageEvent,
        "signin": SignIn,
        "power": AdminPower,
        "breachitem": BreachItem,
        "source": DataSource,
        "cookieuse": CookieUse,
        "announced": AnnounceChange,
        "activity": ACTIVITY_NAMES,
        "field": FIELD_NAMES,
        "category": CATEGORY_TERMS,
        "purpose": PURPOSE_TERMS,
    }
    missing = [
        f"{family}.{word}"
        for family, chosen in lists.items()
        for word in sorted(chosen)
        if f"{family}.{word}" not in words
    ]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_of_a_rule_has_its_own_sentence(language):
    sentences = catalogue_of(language).sentences
    wanted = {
        *(f"title.{kind}" for kind in NoticeKind),
        *(f"mark.{kind}" for kind in SentenceClass),
        *(f"record.{kind}.item" for kind in RecordKind),
        *(f"hold.{reason}.item" for reason in HoldReason),
        *(f"hold-other.{reason}.item" for reason in HoldReason),
        *(f"security.control.{kind}.item" for kind in ControlKind),
        *(f"security.review.{topic}.item" for topic in Reviewed),
    }
    assert wanted <= sentences.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_that_a_sentence_asks_for_is_a_form_of_the_language(language):
    forms = {"en": {"nom", "every"}, "ro": {"nom", "every"}, "bg": {"nom", "acc", "every"}}
    known = forms.get(language, {"nom", "acc", "gen", "dat", "ins", "every"})
    asked = {
        piece.form
        for template in catalogue_of(language).sentences.values()
        for piece in template.pieces
        if isinstance(piece, Slot)
    }
    assert asked <= known


def test_a_brace_that_is_no_slot_is_refused():
    with pytest.raises(CatalogueBrokenError):
        template_of("x", "We keep it for {Period}.", language="en")


def test_an_unknown_language_is_refused_by_name():
    with pytest.raises(UnknownLanguageError):
        catalogue_of("de")


def test_a_choice_has_two_wordings_everywhere_or_none_in_a_language():
    template = template_of("x", "Only {where#here#at these places}: {where}.", language="en")
    assert [type(piece) for piece in template.pieces] == [str, Choice, str, Slot, str]
    with pytest.raises(CatalogueBrokenError):
        template_of("x", "Only {where#here}: {where}.", language="en")


def test_a_missing_sentence_and_a_missing_form_are_refused_by_name():
    with pytest.raises(SentenceMissingError):
        catalogue_of("lt").template("no.such.sentence")
    with pytest.raises(SentenceMissingError):
        catalogue_of("lt").word("unit.day", "one-loc")
