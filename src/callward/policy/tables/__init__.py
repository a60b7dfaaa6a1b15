"""The maintained tables: what nobody types into a policy. Adding a country is adding a row."""

from callward.policy.tables.authorities import AUTHORITIES, Authority, authority_of
from callward.policy.tables.floors import CEILINGS, FLOORS, Ceiling, Floor, ceiling_in, floor_in
from callward.policy.tables.holidays import holidays_of
from callward.policy.tables.laws import LAWS, Law, LawKind, Matter, law_named
from callward.policy.tables.sayable_names import ACTIVITY_NAMES, FIELD_NAMES
from callward.policy.tables.terms import (
    ACTIVITY_TERMS,
    CATEGORY_TERMS,
    CW_TERMS,
    DPV_VERSION,
    PURPOSE_TERMS,
    TERMS,
)
