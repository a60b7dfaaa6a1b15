"""The page of the maintained tables: authorities, laws, statutory periods, terms, holidays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.policy.tables import (
    ACTIVITY_NAMES,
    ACTIVITY_TERMS,
    AUTHORITIES,
    CATEGORY_TERMS,
    CEILINGS,
    CW_TERMS,
    DPV_VERSION,
    FIELD_NAMES,
    FLOORS,
    LAWS,
    PURPOSE_TERMS,
    holidays_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callward.policy.tables import Authority, Ceiling, Floor

_HEAD = """# The maintained tables

<!-- Written by `python -m tools.make_reference`; do not edit. -->

Nobody types an authority, a law or a holiday into a policy file: lint refuses it (L-33), and the
notice prints the row. The rows live in `src/callward/policy/tables/`; adding a country is adding a
row to `authorities.py` and `laws.py`; holidays come from a package. No legal advice, but an input:
a row that is not marked as read was not seen in a text of the law, and counsel confirms it.
"""
_A_YEAR = 2026


def tables_page() -> str:
    """The whole page."""
    return "\n".join(
        [
            _HEAD,
            "## Authorities\n",
            *(_authority(each) for each in AUTHORITIES.values()),
            "## What laws order to keep at least\n",
            *_rows(("law", "counts from", "period", "valid", "read", "source"), _floors()),
            "## How long traffic data may be kept at most\n",
            *_rows(("country", "law", "period", "valid", "read", "source"), _ceilings()),
            "## Laws that can be named\n",
            *_rows(("key", "cited as", "for"), _laws()),
            f"## Terms (DPV {DPV_VERSION}, and our own under it)\n",
            *_rows(("table", "terms"), _terms()),
            "## Names that the notice has words for\n",
            *_rows(("list", "names"), _named()),
            "## Own terms and the term of DPV above them\n",
            *_rows(("term", "under"), sorted(CW_TERMS.items())),
            f"## Public holidays of {_A_YEAR}, as an example\n",
            *_rows(("country", "days"), _holidays()),
        ]
    )


def _rows(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows), ""]


def _authority(authority: Authority) -> str:
    names = " · ".join(f"{language}: {name}" for language, name in authority.names.items())
    facts = [
        names,
        authority.addresses["en"],
        ", ".join((*authority.phones, f"fax {authority.fax}")),
        f"{authority.email} · {authority.site}",
    ]
    if authority.e_delivery:
        facts.append(f"e-delivery box {authority.e_delivery}")
    if authority.signed_mail_only:
        facts.append("complaints by e-mail need a qualified signature")
    facts.append(f"read in: {authority.source}, {authority.checked.isoformat()}")
    return (
        f"**{authority.country}: {authority.short}**\n\n"
        + "\n".join(f"- {fact}" for fact in facts)
        + "\n"
    )


def _floors() -> Iterable[tuple[str, ...]]:
    for row in FLOORS:
        yield row.law, row.start, row.period, _valid(row), _yes(row.verified), row.source


def _ceilings() -> Iterable[tuple[str, ...]]:
    for row in CEILINGS:
        yield row.country, row.law, row.period, _valid(row), _yes(row.verified), row.source


def _valid(row: Floor | Ceiling) -> str:
    end = row.valid_until.isoformat() if row.valid_until else "today"
    return f"{row.valid_from.isoformat()} to {end}"


def _yes(fact: bool) -> str:  # noqa: FBT001  # a cell of a table
    return "yes" if fact else "no"


def _laws() -> Iterable[tuple[str, ...]]:
    for law in LAWS.values():
        matters = ", ".join(sorted(law.matters)) or "nothing here: lint refuses it"
        yield f"`{law.key}`", " · ".join(law.names.values()), matters


def _terms() -> Iterable[tuple[str, ...]]:
    lists = {"category": CATEGORY_TERMS, "purpose": PURPOSE_TERMS, "activity": ACTIVITY_TERMS}
    for table, terms in lists.items():
        yield table, ", ".join(f"`{term}`" for term in sorted(terms))


def _named() -> Iterable[tuple[str, ...]]:
    for name, names in {"activity": ACTIVITY_NAMES, "fields": FIELD_NAMES}.items():
        yield name, ", ".join(f"`{each}`" for each in sorted(names))


def _holidays() -> Iterable[tuple[str, ...]]:
    for country in AUTHORITIES:
        days = holidays_of(country, _A_YEAR).items()
        yield country, ", ".join(f"{day:%d.%m.} {name}" for day, name in days)
