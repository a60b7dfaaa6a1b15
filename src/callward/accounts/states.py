"""The closed lists of this package."""

from __future__ import annotations

from enum import StrEnum


class Capability(StrEnum):
    """One thing that a role lets a user do."""

    SEE_CALLS = "see-calls"
    SEE_OWN_CALLS = "see-own-calls"
    PLAY = "play"
    PLACE_HOLD = "place-hold"
    RELEASE_HOLD = "release-hold"
    SEE_QUARANTINE = "see-quarantine"
    RESOLVE_QUARANTINE = "resolve-quarantine"
    UPLOAD = "upload"
    DECLARE_SOURCE = "declare-source"
    RUN_DISPOSAL = "run-disposal"
    SEE_DISPOSAL = "see-disposal"
    SEE_CERTIFICATES = "see-certificates"
    SEE_AUDIT = "see-audit"
    MANAGE_STAFF = "manage-staff"
    MANAGE_GRANTS = "manage-grants"
    MANAGE_POLICY = "manage-policy"
    SEE_POLICY = "see-policy"
    APPROVE_POLICY = "approve-policy"
    USE_DESK = "use-desk"
    SEE_LINE = "see-line"
    MANAGE_LINE = "manage-line"
    SEE_PROMISES = "see-promises"
    JUDGE_PROMISES = "judge-promises"
