"""The maintained tables say what was read, where and when, in every language."""

from __future__ import annotations

from datetime import date

import pytest

from build.policies import SAMPLES, sample_toml
from callward.policy import load
from callward.policy.law import TEXT_LANGUAGES
from callward.policy.tables import (
    ACTIVITY_TERMS,
    AUTHORITIES,
    CATEGORY_TERMS,
    CEILINGS,
    CW_TERMS,
    DPV_VERSION,
    FLOORS,
    LAWS,
    PURPOSE_TERMS,
    LawKind,
    authority_of,
    ceiling_in,
    floor_in,
    holidays_of,
    law_named,
)

LETTERS_DAY = "Day of Slavonic Alphabet, Bulgarian Enlightenment and Culture"

THE_DAY = date(2026, 3, 29)


@pytest.mark.req("S-19")
@pytest.mark.parametrize(
    ("country", "email", "phone", "town"),
    [
        ("RO", "anspdcp@dataprotection.ro", "+40318059211", "Bucharest"),
        ("BG", "kzld@cpdp.bg", "+35929153518", "Sofia"),
        ("LT", "ada@ada.lt", "+37052712804", "Vilnius"),
    ],
)
def test_authority_can_be_reached_by_what_its_row_says(country, email, phone, town):
    authority = authority_of(country)
    assert (authority.email, authority.phones[0]) == (email, phone)
    assert town in authority.addresses["en"]
    assert authority.site.startswith("https://")


@pytest.mark.req("L-33")
@pytest.mark.parametrize("authority", AUTHORITIES.values(), ids=AUTHORITIES)
def test_row_of_an_authority_has_every_language_and_its_source(authority):
    assert set(authority.names) == set(authority.addresses) == TEXT_LANGUAGES
    assert authority.own_name == authority.names[authority.language]
    assert authority.source
    assert authority.checked == date(2026, 11, 22)


@pytest.mark.req("M-11")
def test_lithuanian_authority_has_an_e_delivery_box():
    assert authority_of("LT").e_delivery == "188607912"


def test_bulgarian_authority_takes_signed_mail_only():
    assert authority_of("BG").signed_mail_only


@pytest.mark.req("L-13")
def test_breaches_of_carriers_go_to_the_same_authority_in_romania():
    assert authority_of("RO").breach_of_providers


def test_country_without_a_row_has_no_authority():
    assert authority_of("FR") is None


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_law_is_cited_in_every_language(law):
    assert set(law.names) == TEXT_LANGUAGES
    assert all(law.names.values())
    assert (law.country is None) == (law.kind is not LawKind.NATIONAL)


def test_article_is_cited_the_way_each_language_cites():
    names = law_named("gdpr-13-2-d").names
    assert names["en"] == "Article 13(2)(d) GDPR"
    assert names["ro"] == "articolul 13 alineatul (2) litera (d) din RGPD"
    assert names["bg"] == "член 13, параграф 2, буква „г“ от ОРЗД"
    assert names["lt"] == "BDAR 13 straipsnio 2 dalies d punktas"
    assert law_named("gdpr-7-3").names["lt"] == "BDAR 7 straipsnio 3 dalis"
    assert law_named("gdpr-77").names["lt"] == "BDAR 77 straipsnis"


@pytest.mark.parametrize("key", ["gdpr-14-e", "gdpr-99", "", None])
def test_law_that_is_in_no_row_is_not_known(key):
    assert law_named(key) is None


@pytest.mark.parametrize("name", SAMPLES)
def test_every_law_that_a_sample_names_is_a_row(name):
    policy = load(sample_toml(name))
    named = {purpose.law for purpose in policy.purpose.values() if purpose.law}
    named |= {each.floor.law for each in policy.activity.values() if each.floor}
    assert named <= set(LAWS)


@pytest.mark.req("C-21")
@pytest.mark.parametrize(
    ("on", "period"),
    [(date(2022, 12, 31), "P10Y"), (date(2023, 1, 1), "P5Y6M"), (THE_DAY, "P5Y6M")],
)
def test_accounting_papers_are_kept_as_the_law_of_their_day_orders(on, period):
    assert floor_in("ro-82-1991", on=on).period == period


@pytest.mark.parametrize("law", ["ro-82-1991", "bg-health-act", None])
def test_law_orders_nothing_before_its_first_row_or_without_one(law):
    assert floor_in(law, on=date(1990, 1, 1)) is None


def test_ceiling_on_traffic_data_stands_per_country():
    assert ceiling_in("RO", on=THE_DAY).period == "P3Y"
    assert ceiling_in("FR", on=THE_DAY) is None


@pytest.mark.parametrize("row", [*FLOORS, *CEILINGS], ids=lambda row: row.law)
def test_statutory_row_names_a_law_and_its_source(row):
    assert row.law in LAWS
    assert row.source


# RO: Labour Code (Law 53/2003) art. 139(1). LT: Labour Code (XII-2603) art. 123(1).
# BG: Labour Code art. 154(1); since 2017 (2): what falls on a weekend, but Easter, moves to the
# next one or two working days (State Gazette 105/2016); (3): what the Council of Ministers adds.
@pytest.mark.parametrize(
    ("country", "year", "day", "name"),
    [
        ("RO", 2026, date(2026, 4, 10), "Good Friday"),
        ("RO", 2026, date(2026, 4, 12), "Easter"),
        ("RO", 2027, date(2027, 6, 21), "Pentecost"),
        ("RO", 2024, date(2024, 1, 6), "Epiphany"),
        ("RO", 2024, date(2024, 5, 5), "Easter"),
        ("RO", 2012, date(2012, 11, 30), "Saint Andrew's Day"),
        ("BG", 2026, date(2026, 4, 13), "Easter"),
        ("BG", 2026, date(2026, 5, 25), f"{LETTERS_DAY} (observed)"),
        ("BG", 2026, date(2026, 12, 28), "Christmas Day (observed)"),
        ("BG", 2027, date(2027, 12, 28), "Christmas Day (observed)"),
        ("BG", 2017, date(2017, 5, 8), "Saint George's Day, Day of the Bulgarian Army (observed)"),
        ("BG", 2025, date(2025, 12, 31), "Non-working day"),  # for the euro: 19 November 2025
        ("BG", 2026, date(2026, 1, 2), "Non-working day"),
        ("LT", 2026, date(2026, 4, 6), "Easter Monday"),
        ("LT", 2024, date(2024, 3, 31), "Easter Sunday"),
        ("LT", 2025, date(2025, 4, 20), "Easter Sunday"),
        ("LT", 2026, date(2026, 5, 3), "Mother's Day"),  # the first Sunday of May: point 6
        ("LT", 2027, date(2027, 5, 2), "Mother's Day"),
        ("LT", 2026, date(2026, 6, 7), "Father's Day"),  # the first Sunday of June: point 7
        ("LT", 2025, date(2025, 6, 1), "Father's Day"),
        ("LT", 2026, date(2026, 7, 6), "Statehood Day"),
    ],
)
def test_holiday_falls_on_its_day(country, year, day, name):
    assert holidays_of(country, year)[day] == name


@pytest.mark.parametrize(
    ("country", "day"),
    [
        ("RO", date(2023, 1, 6)),
        ("RO", date(2026, 4, 5)),
        ("RO", date(2011, 11, 30)),  # Saint Andrew's Day since Law 147/2012
        ("LT", date(2026, 4, 12)),
        ("LT", date(2026, 5, 4)),  # no Sunday's holiday moves
        ("LT", date(2019, 11, 2)),  # All Souls' Day since 2020
        ("BG", date(2026, 4, 14)),
        ("BG", date(2015, 5, 25)),  # before 2017 nothing moved
        ("BG", date(2016, 12, 27)),
    ],
)
def test_ordinary_day_is_no_holiday(country, day):
    assert day not in holidays_of(country, day.year)


@pytest.mark.parametrize(
    ("country", "days"),
    [
        (
            "RO",
            "0101 0102 0106 0107 0124 0410 0412 0413 0501 0531 0601 0815 1130 1201 1225 1226",
        ),
        (
            "BG",
            """0101 0102 0303 0410 0411 0412 0413 0501 0506 0524 0525 0906 0907 0922
            1224 1225 1226 1228""",
        ),
        (
            "LT",
            """0101 0216 0311 0405 0406 0501 0503 0607 0624 0706 0815 1101 1102 1224 1225 1226""",
        ),
    ],
)
def test_the_year_2026_has_the_days_of_the_law_and_no_others(country, days):
    assert [f"{day:%m%d}" for day in holidays_of(country, 2026)] == days.split()


def test_two_holidays_of_one_weekend_move_to_two_days():
    days = holidays_of("BG", 2027)
    moved = [date(2027, 12, 27), date(2027, 12, 28)]
    assert all(day in days for day in moved)


def test_country_without_rows_has_no_holidays():
    assert not holidays_of("FR", 2026)


def test_own_terms_stand_under_terms_of_the_vocabulary():
    assert DPV_VERSION == "2.3"
    for term, parent in CW_TERMS.items():
        assert term.startswith("cw:")
        assert parent.startswith(("dpv:", "pd:"))


def test_a_term_of_a_purpose_is_no_term_of_an_activity():
    assert not PURPOSE_TERMS & ACTIVITY_TERMS
    assert not CATEGORY_TERMS & ACTIVITY_TERMS
