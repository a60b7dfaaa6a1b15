"""One policy file: read, checked, compiled to plain values, and asked."""

from callward.policy.compiled import (
    RECORDING_ACTIVITY,
    AccessRules,
    CompiledPolicy,
    HoldRule,
    RecordingRules,
    ReleaseRules,
    RetentionRule,
    TwoPersonRule,
    may_play,
)
from callward.policy.compiler import canonical_json, compile_policy, from_canonical, policy_id_of
from callward.policy.errors import PolicyError
from callward.policy.findings import Finding
from callward.policy.linter import lint
from callward.policy.loading import load
from callward.policy.schema import Policy

__all__ = [
    "RECORDING_ACTIVITY",
    "AccessRules",
    "CompiledPolicy",
    "Finding",
    "HoldRule",
    "Policy",
    "PolicyError",
    "RecordingRules",
    "ReleaseRules",
    "RetentionRule",
    "TwoPersonRule",
    "canonical_json",
    "compile_policy",
    "from_canonical",
    "lint",
    "load",
    "may_play",
    "policy_id_of",
]
