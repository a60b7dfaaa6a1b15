"""Is what is stored only what the policy names, unprofiled, and is the audit whole?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import connection, models

from callward.audit.services import verify
from callward.holdings import DECLARED, DataCategory
from callward.promises.probe_context import Count, table
from callward.promises.registry import probes
from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

    from callward.promises.probe_context import ProbeContext

# What a category of the policy must be called in DPV for a kind of column to be covered by it.
TERMS: dict[DataCategory, frozenset[str]] = {
    DataCategory.VOICE: frozenset({"pd:VoiceCommunicationRecording", "pd:VoiceMail"}),
    DataCategory.SAID: frozenset({"pd:Communication", "pd:VoiceCommunicationRecording"}),
    DataCategory.PHONE_NUMBER: frozenset({"pd:TelephoneNumber"}),
    DataCategory.NAME: frozenset({"pd:Name"}),
    DataCategory.EMAIL: frozenset({"pd:EmailAddress"}),
    DataCategory.CALL_RECORD: frozenset({"pd:CallLog", "pd:CommunicationsMetadata"}),
    DataCategory.HEALTH: frozenset({"pd:MedicalHealth", "pd:HealthRecord"}),
    DataCategory.NOTE: frozenset({"cw:note"}),
    DataCategory.EVALUATION: frozenset({"cw:evaluation"}),
    DataCategory.IP_ADDRESS: frozenset({"pd:IPAddress"}),
}
# The proof that a promise was kept is described by the policy's own record rules (G-16).
_BY_RECORD_RULE = frozenset({DataCategory.CONSENT})
_PROFILES = re.compile(
    r"(profil|emotion|sentiment|propensity|lead_score|caller_score|credit_score|risk_score)"
)
_COLUMNS_SQLITE = """
SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'
"""
_COLUMNS_POSTGRESQL = """
SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'
"""


@probes(Probe.CATEGORIES_DECLARED)
def categories_declared(glance: ProbeContext) -> Count:
    """Every kind of personal data of which a row is stored is a category of the policy (K-13)."""
    categories = table(glance.document, "category")
    named = {str(table(categories, one).get("dpv")) for one in categories}
    looked = wrong = 0
    for model, column, category in _personal_columns():
        if _stored(glance, model, column):
            looked += 1
            wrong += not named & TERMS.get(category, frozenset())
    return Count(looked_at=looked, wrong=wrong)


def _personal_columns() -> Iterator[tuple[type[Model], str, DataCategory]]:
    """The columns that tell about callers; those of staff are in the staff notice."""
    for model in apps.get_models():
        for column, category in DECLARED.get(model, {}).items():
            if not category.of_staff and category not in _BY_RECORD_RULE:
                yield model, column, category


def _stored(glance: ProbeContext, model: type[Model], column: str) -> bool:
    facts = model._meta  # noqa: SLF001  # Django's own public name for it
    field = next(one for one in facts.concrete_fields if one.name == column)
    mine = any(one.name == "controller_ref" for one in facts.concrete_fields)
    below = "x JOIN calls_call c ON c.ref = x.call_id WHERE c."
    whose = "x WHERE x." if mine else below  # legs and rows of a carrier belong to their call
    filled = f'x."{field.column}" IS NOT NULL'
    if isinstance(field, models.BinaryField | models.CharField | models.TextField):
        filled += f' AND length(x."{field.column}") > 0'
    question = (
        f'SELECT count(*) FROM (SELECT 1 FROM "{facts.db_table}" '  # noqa: S608  # names of our own models
        f"{whose}controller_ref = %(controller)s AND {filled} LIMIT 1) found"
    )
    return glance.number(question) > 0


@probes(Probe.NOTHING_PROFILED)
def nothing_profiled(glance: ProbeContext) -> Count:
    """No column of the real database could hold a derived profile of a caller (K-12)."""
    sqlite = connection.vendor == "sqlite"
    columns = list(glance.rows(_COLUMNS_SQLITE if sqlite else _COLUMNS_POSTGRESQL))
    wrong = sum(bool(_PROFILES.search(f"{place}.{name}".lower())) for place, name in columns)
    return Count(looked_at=len(columns), wrong=wrong)


@probes(Probe.AUDIT_INTACT)
def audit_intact(glance: ProbeContext) -> Count:
    """Every entry of the audit is still what the signed checkpoints say."""
    del glance  # the tree is one for the whole house
    found = verify()
    return Count(looked_at=found.size, wrong=len(found.faults))
