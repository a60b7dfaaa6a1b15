"""Numbers, periods, days and lists are written as native speakers write them."""

from __future__ import annotations

from datetime import date

import pytest

from callward.kernel.calendar import parse_period
from callward.texts import LANGUAGES
from callward.texts.catalogue import catalogue_of, template_of
from callward.texts.errors import SentenceMissingError
from callward.texts.sentence import (
    Listed,
    Terms,
    amount,
    day_in_words,
    joined,
    period_in_words,
    written,
)


def _one_or_more(count: int) -> str:
    return "one" if count == 1 else "other"


def _romanian(count: int) -> str:
    if count == 1:
        return "one"
    # 2 to 19, and every number that ends like them: “de” comes back at 20 and at 100.
    return "few" if count == 0 or 1 <= count % 100 <= 19 else "other"


def _lithuanian(count: int) -> str:
    teens = 11 <= count % 100 <= 19
    if teens or count % 10 == 0:
        return "other"
    return "one" if count % 10 == 1 else "few"


@pytest.mark.parametrize(
    ("language", "of_the_grammar"),
    [("en", _one_or_more), ("ro", _romanian), ("bg", _one_or_more), ("lt", _lithuanian)],
)
def test_a_noun_takes_the_form_that_its_number_asks_for_from_0_to_200(language, of_the_grammar):
    catalogue = catalogue_of(language)
    said = [amount(count, "day", catalogue=catalogue) for count in range(201)]
    forms = [catalogue.word("unit.day", of_the_grammar(count)) for count in range(201)]
    assert said == [form.replace("{n}", str(count)) for count, form in enumerate(forms)]


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 zile"), (1, "1 zi"), (2, "2 zile"), (19, "19 zile"), (20, "20 de zile"),
        (21, "21 de zile"), (30, "30 de zile"), (100, "100 de zile"), (101, "101 zile"),
        (119, "119 zile"), (120, "120 de zile"),
    ],
)  # fmt: skip
def test_romanian_puts_de_after_twenty(count, said):
    assert amount(count, "day", catalogue=catalogue_of("ro")) == said


@pytest.mark.parametrize(
    ("count", "form", "said"),
    [
        (1, "nom", "1 mėnuo"), (2, "nom", "2 mėnesiai"), (10, "nom", "10 mėnesių"),
        (11, "nom", "11 mėnesių"), (21, "nom", "21 mėnuo"), (22, "nom", "22 mėnesiai"),
        (1, "acc", "1 mėnesį"), (6, "acc", "6 mėnesius"), (12, "acc", "12 mėnesių"),
        (21, "acc", "21 mėnesį"), (1, "gen", "1 mėnesio"), (6, "gen", "6 mėnesių"),
        (1, "dat", "1 mėnesiui"), (6, "dat", "6 mėnesiams"), (30, "dat", "30 mėnesių"),
        (2, "ins", "2 mėnesiais"), (60, "ins", "60 mėnesių"),
    ],
)  # fmt: skip
def test_lithuanian_has_three_forms_in_every_case(count, form, said):
    assert amount(count, "month", catalogue=catalogue_of("lt"), form=form) == said


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("P6M", ("6 months", "6 luni", "6 месеца", "6 mėnesius")),
        ("P1M", ("1 month", "1 lună", "1 месец", "1 mėnesį")),
        ("P5Y", ("5 years", "5 ani", "5 години", "5 metus")),
        ("P10Y", ("10 years", "10 ani", "10 години", "10 metų")),
        ("P1Y", ("1 year", "1 an", "1 година", "1 metus")),
        ("P30D", ("30 days", "30 de zile", "30 дни", "30 dienų")),
        ("P1D", ("1 day", "1 zi", "1 ден", "1 dieną")),
        ("P2W", ("14 days", "14 zile", "14 дни", "14 dienų")),
        ("PT72H", ("72 hours", "72 de ore", "72 часа", "72 valandas")),
        ("PT24H", ("24 hours", "24 de ore", "24 часа", "24 valandas")),
        ("PT15M", ("15 minutes", "15 minute", "15 минути", "15 minučių")),
        ("PT1S", ("1 second", "1 secundă", "1 секунда", "1 sekundę")),
        ("P3Y1M", ("3 years and 1 month", "3 ani și 1 lună", "3 години и 1 месец",
                   "3 metus ir 1 mėnesį")),
        ("P10Y1D", ("10 years and 1 day", "10 ani și 1 zi", "10 години и 1 ден",
                    "10 metų ir 1 dieną")),
    ],
)  # fmt: skip
def test_legal_periods_are_said_whole(period, said):
    for language, wanted in zip(LANGUAGES, said, strict=True):
        form = "acc" if language == "lt" else "nom"
        catalogue = catalogue_of(language)
        assert period_in_words(parse_period(period), catalogue=catalogue, form=form) == wanted


@pytest.mark.parametrize(
    ("period", "form", "said"),
    [
        ("PT72H", "gen", "72 valandų"), ("P30D", "gen", "30 dienų"), ("P1D", "gen", "1 dienos"),
        ("P1Y", "gen", "1 metų"), ("P21D", "gen", "21 dienos"), ("P30D", "dat", "30 dienų"),
        ("P14D", "dat", "14 dienų"), ("P2D", "dat", "2 dienoms"), ("PT5M", "dat", "5 minutėms"),
        ("P2M", "ins", "2 mėnesiais"), ("P60D", "ins", "60 dienų"), ("P1M", "ins", "1 mėnesiu"),
        ("P5Y", "nom", "5 metai"), ("PT1H", "acc", "1 valandą"), ("PT2S", "acc", "2 sekundes"),
    ],
)  # fmt: skip
def test_lithuanian_periods_stand_in_the_case_that_the_sentence_asks_for(period, form, said):
    catalogue = catalogue_of("lt")
    assert period_in_words(parse_period(period), catalogue=catalogue, form=form) == said


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("P1Y", ("every year", "pe an", "всяка година", "kas metus")),
        ("P6M", ("every 6 months", "la 6 luni", "на всеки 6 месеца", "kas 6 mėnesius")),
        ("P24D", ("every 24 days", "la 24 de zile", "на всеки 24 дни", "kas 24 dienas")),
        ("P1Y6M", ("every 1 year and 6 months", "la 1 an și 6 luni",
                   "на всеки 1 година и 6 месеца", "kas 1 metus ir 6 mėnesius")),
    ],
)  # fmt: skip
def test_what_comes_again_and_again_is_said_so(period, said):
    for language, wanted in zip(LANGUAGES, said, strict=True):
        catalogue = catalogue_of(language)
        assert period_in_words(parse_period(period), catalogue=catalogue, form="every") == wanted


def test_days_are_written_in_words():
    said = [day_in_words(date(2026, 10, 1), catalogue=catalogue_of(each)) for each in LANGUAGES]
    assert said == [
        "1 October 2026",
        "1 octombrie 2026",
        "1 октомври 2026 година",
        "2026 m. spalio 1 diena",
    ]
    lithuanian = catalogue_of("lt")
    assert day_in_words(date(2026, 5, 31), catalogue=lithuanian, form="gen") == (
        "2026 m. gegužės 31 dienos"
    )
    assert day_in_words(date(2026, 5, 31), catalogue=lithuanian, form="acc") == (
        "2026 m. gegužės 31 dieną"
    )


@pytest.mark.parametrize(
    ("language", "all_of_them", "either"),
    [
        ("en", "a, b and c", "a, b or c"),
        ("ro", "a, b și c", "a, b sau c"),
        ("bg", "a, b и c", "a, b или c"),
        ("lt", "a, b ir c", "a, b arba c"),
    ],
)
def test_lists_are_joined_as_the_language_joins_them(language, all_of_them, either):
    catalogue = catalogue_of(language)
    assert joined(("a",), catalogue=catalogue) == "a"
    assert joined(("a", "b", "c"), catalogue=catalogue) == all_of_them
    assert joined(("a", "b", "c"), catalogue=catalogue, join="or") == either


def test_a_list_takes_the_case_and_the_join_of_its_place():
    template = template_of("x", "Iš: {who|gen|or}.", language="lt")
    assert template.pieces[1].form, template.pieces[1].join == ("gen", "or")
    terms = Terms(ids=("source.caller", "source.network"))
    said = written("others.source", {"source": terms}, catalogue=catalogue_of("lt"))
    assert said == "Šiuos duomenis gavome iš: su mumis kalbėjusio žmogaus ir telefono tinklo."


def test_items_that_hold_a_list_themselves_are_kept_apart_by_semicolons():
    english = catalogue_of("en")
    assert joined(("name and age", "number"), catalogue=english) == "name and age; number"
    assert joined(("name and age",), catalogue=english) == "name and age"
    assert joined(("one, two", "three"), catalogue=english, join="or") == "one, two; three"


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        ("en", "in this way: by post.", "in these ways: by post and by fax."),
        ("ro", "în acest mod: prin poștă.", "în aceste moduri: prin poștă și prin fax."),
        ("bg", "по този начин: по пощата.", "по следните начини: по пощата и по факс."),
        ("lt", "šiuo būdu: paštu.", "šiais būdais: paštu ir faksu."),
    ],
)
def test_a_sentence_knows_whether_it_lists_one_thing_or_more(language, one, many):
    catalogue = catalogue_of(language)
    post, fax = "channel.post", "channel.fax"
    single = written("rights.channels", {"channels": Terms(ids=(post,))}, catalogue=catalogue)
    both = written("rights.channels", {"channels": Terms(ids=(post, fax))}, catalogue=catalogue)
    assert single.endswith(one)
    assert both.endswith(many)


def test_bulgarian_objects_take_the_short_article():
    catalogue = catalogue_of("bg")
    said = written(
        "contents.always",
        {"categories": Terms(ids=("category.pd:TelephoneNumber", "category.pd:Name"))},
        catalogue=catalogue,
    )
    assert said.endswith("съдържат: телефонния Ви номер и името Ви.")


def test_a_value_too_few_or_too_many_is_refused():
    english = catalogue_of("en")
    with pytest.raises(SentenceMissingError):
        written("who.email", {}, catalogue=english)
    extra = {"email": "a@b.example", "phone": Listed(names=("1",))}
    with pytest.raises(SentenceMissingError):
        written("who.email", extra, catalogue=english)
