"""The laws that a policy may name, by key; the words for citing them in every language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class LawKind(StrEnum):
    """What sort of text a key stands for."""

    GDPR = "gdpr"
    EPRIVACY = "eprivacy"
    EU_REGULATION = "eu-regulation"
    LAW_ENFORCEMENT_DIRECTIVE = "law-enforcement-directive"
    NATIONAL = "national"


class Matter(StrEnum):
    """What a law can be cited for in a policy."""

    DUTY = "duty"
    OFFICER = "officer"
    SECURITY = "security"
    COMPLAINT = "complaint"
    RIGHT = "right"
    BREACH_TO_AUTHORITY = "breach-to-authority"
    BREACH_TO_PERSON = "breach-to-person"
    KEEPING = "keeping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """One law or article: its kind, what it can be cited for, and how it is cited."""

    key: str
    kind: LawKind
    country: str | None
    matters: frozenset[Matter]
    names: Mapping[str, str]


_OFFICER, _SECURITY = frozenset({Matter.OFFICER}), frozenset({Matter.SECURITY})
_COMPLAINT, _RIGHT = frozenset({Matter.COMPLAINT}), frozenset({Matter.RIGHT})
_DUTY = frozenset({Matter.DUTY})
_KEEPING = frozenset({Matter.DUTY, Matter.KEEPING})
# Article, paragraph and letter of the GDPR that may be named, and for what.
_GDPR: Mapping[str, frozenset[Matter]] = {
    **dict.fromkeys(("13", "14", "15", "16", "17", "18", "19", "20", "21", "22"), _RIGHT),
    "7(3)": _RIGHT,
    "13(2)(d)": _COMPLAINT,
    "14(2)(e)": _COMPLAINT,
    "77": _COMPLAINT,
    "5(2)": _DUTY,
    "12": _DUTY,
    "30": _DUTY,
    "31": _DUTY,
    "58": _DUTY,
    "24": _SECURITY,
    "25": _SECURITY,
    "32": _SECURITY,
    "33": frozenset({Matter.BREACH_TO_AUTHORITY, Matter.DUTY}),
    "34": frozenset({Matter.BREACH_TO_PERSON, Matter.DUTY}),
    "37": _OFFICER,
    "38": _OFFICER,
    "39": _OFFICER,
}


def _gdpr() -> Iterator[Law]:
    for article, matters in _GDPR.items():
        yield Law(
            key="gdpr-" + article.replace("(", "-").replace(")", ""),
            kind=LawKind.GDPR,
            country=None,
            matters=matters,
            names=_names(
                en=f"Article {article} GDPR",
                ro=f"articolul {_romanian(article)} din RGPD",
                bg=f"член {_bulgarian(article)} от ОРЗД",
                lt=f"BDAR {_lithuanian(article)}",
            ),
        )


def _parts(article: str) -> tuple[str, str, str]:
    number, *inner = article.replace(")", "").split("(")
    paragraph, letter = (*inner, "", "")[:2]
    return number, paragraph, letter


def _romanian(article: str) -> str:
    number, paragraph, letter = _parts(article)
    text = number + (f" alineatul ({paragraph})" if paragraph else "")
    return text + (f" litera ({letter})" if letter else "")


def _bulgarian(article: str) -> str:
    number, paragraph, letter = _parts(article)
    text = number + (f", параграф {paragraph}" if paragraph else "")
    return text + (f", буква „{_CYRILLIC[letter]}“" if letter else "")


def _lithuanian(article: str) -> str:
    number, paragraph, letter = _parts(article)
    text = f"{number} straipsni" + ("o" if paragraph else "s")
    text += f" {paragraph} dalis" if paragraph and not letter else ""
    return text + (f" {paragraph} dalies {letter} punktas" if letter else "")


_CYRILLIC = {"d": "г", "e": "д"}


def _names(*, en: str, ro: str, bg: str, lt: str) -> Mapping[str, str]:
    return MappingProxyType({"en": en, "ro": ro, "bg": bg, "lt": lt})


def _law(
    key: str,
    kind: LawKind,
    *,
    country: str | None,
    matters: frozenset[Matter],
    names: Mapping[str, str],
) -> Law:
    return Law(key=key, kind=kind, country=country, matters=matters, names=names)


_EUROPEAN = (
    _law(
        "eprivacy-5",
        LawKind.EPRIVACY,
        country=None,
        matters=_DUTY,
        names=_names(
            en="Article 5 of Directive 2002/58/EC",
            ro="articolul 5 din Directiva 2002/58/CE",
            bg="член 5 от Директива 2002/58/ЕО",
            lt="Direktyvos 2002/58/EB 5 straipsnis",
        ),
    ),
    _law(
        "eu-611-2013",
        LawKind.EU_REGULATION,
        country=None,
        matters=frozenset({Matter.BREACH_TO_AUTHORITY, Matter.BREACH_TO_PERSON, Matter.DUTY}),
        names=_names(
            en="Regulation (EU) No 611/2013",
            ro="Regulamentul (UE) nr. 611/2013",
            bg="Регламент (ЕС) № 611/2013",
            lt="Reglamentas (ES) Nr. 611/2013",
        ),
    ),
    # Listed so that lint can name the mistake (L-09); it can be cited for nothing here.
    _law(
        "eu-2016-680",
        LawKind.LAW_ENFORCEMENT_DIRECTIVE,
        country=None,
        matters=frozenset(),
        names=_names(
            en="Directive (EU) 2016/680",
            ro="Directiva (UE) 2016/680",
            bg="Директива (ЕС) 2016/680",
            lt="Direktyva (ES) 2016/680",
        ),
    ),
)
_NATIONAL = (
    _law(
        "ro-82-1991",
        LawKind.NATIONAL,
        country="RO",
        matters=_KEEPING,
        names=_names(
            en="Romanian Accounting Law No. 82/1991",
            ro="Legea contabilității nr. 82/1991",
            bg="румънският Закон за счетоводството № 82/1991",
            lt="Rumunijos apskaitos įstatymas Nr. 82/1991",
        ),
    ),
    _law(
        "ro-506-2004",
        LawKind.NATIONAL,
        country="RO",
        matters=_KEEPING | {Matter.BREACH_TO_AUTHORITY, Matter.BREACH_TO_PERSON},
        names=_names(
            en="Romanian Law No. 506/2004 on privacy in electronic communications",
            ro="Legea nr. 506/2004 privind viața privată în comunicațiile electronice",
            bg="румънският Закон № 506/2004 за личния живот в електронните съобщения",
            lt="Rumunijos įstatymas Nr. 506/2004 dėl privatumo elektroniniuose ryšiuose",
        ),
    ),
    _law(
        "bg-health-act",
        LawKind.NATIONAL,
        country="BG",
        matters=_KEEPING,
        names=_names(
            en="Bulgarian Health Act",
            ro="Legea bulgară a sănătății",
            bg="Закон за здравето",
            lt="Bulgarijos sveikatos įstatymas",
        ),
    ),
    _law(
        "bg-accountancy-act",
        LawKind.NATIONAL,
        country="BG",
        matters=_KEEPING,
        names=_names(
            en="Bulgarian Accountancy Act",
            ro="Legea bulgară a contabilității",
            bg="Закон за счетоводството",
            lt="Bulgarijos apskaitos įstatymas",
        ),
    ),
    _law(
        "bg-electronic-communications-act",
        LawKind.NATIONAL,
        country="BG",
        matters=_KEEPING | {Matter.BREACH_TO_AUTHORITY, Matter.BREACH_TO_PERSON},
        names=_names(
            en="Bulgarian Electronic Communications Act",
            ro="Legea bulgară a comunicațiilor electronice",
            bg="Закон за електронните съобщения",
            lt="Bulgarijos elektroninių ryšių įstatymas",
        ),
    ),
    _law(
        "lt-financial-accounting-law",
        LawKind.NATIONAL,
        country="LT",
        matters=_KEEPING,
        names=_names(
            en="Lithuanian Law on Financial Accounting",
            ro="Legea lituaniană a contabilității financiare",
            bg="литовският Закон за финансовото счетоводство",
            lt="Finansinės apskaitos įstatymas",
        ),
    ),
    _law(
        "lt-electronic-communications-law",
        LawKind.NATIONAL,
        country="LT",
        matters=_KEEPING | {Matter.BREACH_TO_AUTHORITY, Matter.BREACH_TO_PERSON},
        names=_names(
            en="Lithuanian Law on Electronic Communications",
            ro="Legea lituaniană a comunicațiilor electronice",
            bg="литовският Закон за електронните съобщения",
            lt="Elektroninių ryšių įstatymas",
        ),
    ),
)

LAWS: Mapping[str, Law] = MappingProxyType(
    {each.key: each for each in (*_gdpr(), *_EUROPEAN, *_NATIONAL)}
)


def law_named(key: str | None) -> Law | None:
    """The law of a key; None for a key that is in no row."""
    return LAWS.get(key or "")
