"""What an editor or a terminal needs to point into a policy file: a JSON Schema, and lines."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from callward.policy.key_lines import KeyLines
from callward.policy.schema import Policy
from callward.policy.tables import ACTIVITY_TERMS, CATEGORY_TERMS, PURPOSE_TERMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callward.policy.key_lines import Path
    from callward.policy.lint_rule import Finding

# What lint closes and the schema of the file leaves open, so that old files stay readable.
_CLOSED: tuple[tuple[str, str, Iterable[str]], ...] = (
    ("Category", "dpv", CATEGORY_TERMS),
    ("Purpose", "dpv", PURPOSE_TERMS),
    ("Activity", "dpv", ACTIVITY_TERMS),
)
_ROWS_BY_NUMBER = frozenset({"waiver", "remark"})
_NUMBER = re.compile(r"\d+", re.ASCII)


def schema_for_editors() -> str:
    """The JSON Schema that an editor checks a policy file against while it is typed."""
    schema = Policy.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "callward-policy/1"
    for table, key, words in _CLOSED:
        schema["$defs"][table]["properties"][key]["enum"] = sorted(words)
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def line_of(finding: Finding, *, policy: Policy, text: str | bytes) -> int | None:
    """The line of a policy file that a finding is about, or of the nearest table around it."""
    readable = text.decode() if isinstance(text, bytes) else text
    lines = KeyLines(readable.removeprefix("\ufeff").replace("\r\n", "\n"))
    return lines.line_of(_path_of(finding.where, policy))


def _path_of(where: str, policy: Policy) -> Path:
    table, *rest = re.split(r"[. ]", where)
    if table == "recipient" and rest:
        rows = [recipient.id for recipient in policy.recipient]
        return (table, str(rows.index(rest[0]) if rest[0] in rows else 0), *rest[1:])
    if table in _ROWS_BY_NUMBER and rest and _NUMBER.fullmatch(rest[0]):
        return (table, str(int(rest[0]) - 1))
    return (table, *rest)
