"""The maintained tables: what nobody types into a policy. Adding a country is adding a row."""

from callward.policy.tables.authorities import AUTHORITIES, Authority, authority_of, holidays_of
from callward.policy.tables.floors import CEILINGS, FLOORS, Ceiling, Floor, ceiling_in, floor_in
from callward.policy.tables.laws import LAWS, Law, LawKind, Matter, law_named
from callward.policy.tables.terms import (
    ACTIVITY_NAMES,
    ACTIVITY_TERMS,
    CATEGORY_TERMS,
    CW_TERMS,
    DPV_VERSION,
    FIELD_NAMES,
    PURPOSE_TERMS,
    TERMS,
)
