"""One policy file: read, checked, compiled to plain values, and asked."""

from callward.policy.compiled import (
    RECORDING_ACTIVITY,
    VOICEMAIL_ACTIVITY,
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
from callward.policy.compiler import (
    canonical_json,
    compile_policy,
    from_canonical,
    policy_id_of,
    policy_of,
)
from callward.policy.editor import line_of, schema_for_editors
from callward.policy.errors import PolicyError
from callward.policy.findings import Finding
from callward.policy.linter import lint
from callward.policy.loading import load
from callward.policy.schema import Policy

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
