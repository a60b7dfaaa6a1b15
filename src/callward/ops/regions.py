"""Which places lie within which region (a maintained table, not the controller's word)."""

from __future__ import annotations

# Treaty on European Union, article 52, as of 2026; the EEA adds article 2 of its agreement.
_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_EU = frozenset(_MEMBERS.split())
_WITHIN = {"EU": _EU | {"EU"}, "EEA": _EU | {"EU", "EEA", "IS", "LI", "NO"}}


def lies_within(place: str, regions: frozenset[str]) -> bool:
    """Whether a place is one of the regions, or inside one of them."""
    return any(place in _WITHIN.get(region, {region}) for region in regions)
