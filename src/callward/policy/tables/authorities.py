"""The supervisory authorities; each row says where it was read, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """An authority to complain to; `names` and `addresses` are by language."""

    country: str
    language: str
    short: str
    names: Mapping[str, str]
    addresses: Mapping[str, str]
    phones: tuple[str, ...]
    fax: str | None
    email: str
    site: str
    e_delivery: str | None
    signed_mail_only: bool
    breach_of_providers: bool
    source: str
    checked: date

    @property
    def own_name(self) -> str:
        """The name in the authority's own language."""
        return self.names[self.language]


def _by_language(*, en: str, ro: str, bg: str, lt: str) -> Mapping[str, str]:
    return MappingProxyType({"en": en, "ro": ro, "bg": bg, "lt": lt})


_RO = Authority(
    country="RO",
    language="ro",
    short="ANSPDCP",
    names=_by_language(
        en="National Supervisory Authority for Personal Data Processing",
        ro="Autoritatea Națională de Supraveghere a Prelucrării Datelor cu Caracter Personal",
        bg="Национален надзорен орган за обработване на лични данни на Румъния",
        lt="Rumunijos nacionalinė asmens duomenų tvarkymo priežiūros institucija",
    ),
    addresses=_by_language(
        en="28-30 G-ral. Gheorghe Magheru Boulevard, Sector 1, 010336 Bucharest, Romania",
        ro="B-dul G-ral. Gheorghe Magheru 28-30, Sector 1, 010336 București, România",
        bg="бул. „Ген. Георге Магеру“ 28-30, сектор 1, 010336 Букурещ, Румъния",
        lt="B-dul G-ral. Gheorghe Magheru 28-30, Sector 1, 010336 Bukareštas, Rumunija",
    ),
    phones=("+40318059211",),
    fax="+40318059602",
    email="anspdcp@dataprotection.ro",
    site="https://www.dataprotection.ro",
    e_delivery=None,
    signed_mail_only=False,
    # Law 506/2004: in Romania the data protection authority itself hears of providers' breaches.
    breach_of_providers=True,
    source="dataprotection.ro, information notice of the authority (stored copy)",
    checked=date(2026, 11, 22),
)
_BG = Authority(
    country="BG",
    language="bg",
    short="КЗЛД",
    names=_by_language(
        en="Commission for Personal Data Protection",
        ro="Comisia pentru protecția datelor cu caracter personal din Bulgaria",
        bg="Комисия за защита на личните данни",
        lt="Bulgarijos asmens duomenų apsaugos komisija",
    ),
    addresses=_by_language(
        en="2 Prof. Tsvetan Lazarov Blvd, 1592 Sofia, Bulgaria",
        ro="bd. Prof. Tsvetan Lazarov nr. 2, 1592 Sofia, Bulgaria",
        bg="бул. „Проф. Цветан Лазаров“ № 2, 1592 София, България",
        lt="Prof. Tsvetan Lazarov bulv. 2, 1592 Sofija, Bulgarija",
    ),
    phones=("+35929153518",),
    fax="+35929153525",
    email="kzld@cpdp.bg",
    site="https://www.cpdp.bg",
    e_delivery=None,
    # Complaints by e-mail need a qualified electronic signature.
    signed_mail_only=True,
    breach_of_providers=False,
    source="cpdp.bg, lodging complaints (stored copy)",
    checked=date(2026, 11, 22),
)
_LT = Authority(
    country="LT",
    language="lt",
    short="VDAI",
    names=_by_language(
        en="State Data Protection Inspectorate",
        ro="Inspectoratul de Stat pentru Protecția Datelor din Lituania",
        bg="Държавен инспекторат за защита на данните на Литва",
        lt="Valstybinė duomenų apsaugos inspekcija",
    ),
    addresses=_by_language(
        en="L. Sapiegos g. 17, 10312 Vilnius, Lithuania",
        ro="L. Sapiegos g. 17, 10312 Vilnius, Lituania",
        bg="L. Sapiegos g. 17, 10312 Вилнюс, Литва",
        lt="L. Sapiegos g. 17, 10312 Vilnius",
    ),
    phones=("+37052712804", "+37052791445"),
    fax="+37052619494",
    email="ada@ada.lt",
    site="https://vdai.lrv.lt",
    e_delivery="188607912",
    signed_mail_only=False,
    breach_of_providers=False,
    source="vdai.lrv.lt, data protection policy (stored copy)",
    checked=date(2026, 11, 22),
)

AUTHORITIES: Mapping[str, Authority] = MappingProxyType(
    {each.country: each for each in (_BG, _LT, _RO)}
)


def authority_of(country: str) -> Authority | None:
    """The authority of a country; None for one that has no row yet."""
    return AUTHORITIES.get(country)


@lru_cache(maxsize=256)
def holidays_of(country: str, year: int) -> Mapping[date, str]:
    """The public holidays of a year, by day; empty for a country without tables."""
    from holidays import country_holidays  # noqa: PLC0415  # only whom a line is shut for asks

    known = country in AUTHORITIES
    days = country_holidays(country, years=year, language="en_US") if known else {}
    return MappingProxyType(dict(sorted(days.items())))
