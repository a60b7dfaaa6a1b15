"""One policy file: read, checked, compiled to plain values, and asked.

Each is loaded when it is first asked for: most commands read no policy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callward.policy.canonical import policy_id_of
    from callward.policy.compiled import (
        AccessRules,
        CompiledPolicy,
        Digits,
        HoldRule,
        PauseRule,
        RecordingRules,
        ReleaseRules,
        RetentionRule,
        Telling,
        TwoPersonRule,
        VoicemailRules,
        may_play,
    )
    from callward.policy.compiler import compile_policy, from_canonical
    from callward.policy.errors import PolicyError
    from callward.policy.key_lines import line_of, schema_for_editors
    from callward.policy.lint_rule import Finding
    from callward.policy.linter import lint
    from callward.policy.policy_file import canonical_json, load, policy_of
    from callward.policy.schema import Policy
    from callward.policy.vocabulary import RECORDING_ACTIVITY, VOICEMAIL_ACTIVITY

# The names that each module hands out here.
_HANDED_OUT = {
    "canonical": "policy_id_of",
    "compiled": """
        AccessRules CompiledPolicy Digits HoldRule PauseRule RecordingRules ReleaseRules
        RetentionRule Telling TwoPersonRule VoicemailRules may_play
    """,
    "compiler": "compile_policy from_canonical",
    "key_lines": "line_of schema_for_editors",
    "errors": "PolicyError",
    "lint_rule": "Finding",
    "linter": "lint",
    "policy_file": "canonical_json load policy_of",
    "schema": "Policy",
    "vocabulary": "RECORDING_ACTIVITY VOICEMAIL_ACTIVITY",
}
_HOMES = {name: home for home, names in _HANDED_OUT.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"callward.policy.{_HOMES[name]}"), name)
