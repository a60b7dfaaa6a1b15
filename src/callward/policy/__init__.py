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
    from callward.policy.editor import line_of, schema_for_editors
    from callward.policy.errors import PolicyError
    from callward.policy.lint_rule import Finding
    from callward.policy.linter import lint
    from callward.policy.policy_file import canonical_json, load, policy_of
    from callward.policy.schema import Policy
    from callward.policy.vocabulary import RECORDING_ACTIVITY, VOICEMAIL_ACTIVITY

__all__ = [
    "RECORDING_ACTIVITY",
    "VOICEMAIL_ACTIVITY",
    "AccessRules",
    "CompiledPolicy",
    "Digits",
    "Finding",
    "HoldRule",
    "PauseRule",
    "Policy",
    "PolicyError",
    "RecordingRules",
    "ReleaseRules",
    "RetentionRule",
    "Telling",
    "TwoPersonRule",
    "VoicemailRules",
    "canonical_json",
    "compile_policy",
    "from_canonical",
    "line_of",
    "lint",
    "load",
    "may_play",
    "policy_id_of",
    "policy_of",
    "schema_for_editors",
]

_HOMES = {
    "Finding": "lint_rule",
    "Policy": "schema",
    "PolicyError": "errors",
    "RECORDING_ACTIVITY": "vocabulary",
    "VOICEMAIL_ACTIVITY": "vocabulary",
    "canonical_json": "policy_file",
    "compile_policy": "compiler",
    "from_canonical": "compiler",
    "line_of": "editor",
    "lint": "linter",
    "load": "policy_file",
    "policy_id_of": "canonical",
    "policy_of": "policy_file",
    "schema_for_editors": "editor",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"callward.policy.{_HOMES.get(name, 'compiled')}"), name)
