"""What can be written into the audit tree, and what its check can find."""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    """Everything that has a consequence, in the past tense, sorted by package."""

    # accounts
    ACCOUNTS_APPOINTMENT_ENDED = "accounts.appointment.ended"
    ACCOUNTS_APPOINTMENT_MADE = "accounts.appointment.made"
    ACCOUNTS_APPOINTMENT_REFUSED = "accounts.appointment.refused"
    ACCOUNTS_CAPABILITY_REFUSED = "accounts.capability.refused"
    ACCOUNTS_GRANT_GIVEN = "accounts.grant.given"
    ACCOUNTS_GRANT_REFUSED = "accounts.grant.refused"
    ACCOUNTS_GRANT_WITHDRAWN = "accounts.grant.withdrawn"
    ACCOUNTS_PASSWORD_CHANGED = "accounts.password.changed"
    ACCOUNTS_PASSWORD_RENEWED = "accounts.password.renewed"
    ACCOUNTS_SECOND_FACTOR_ADDED = "accounts.second-factor.added"
    ACCOUNTS_SECOND_FACTOR_REMOVED = "accounts.second-factor.removed"
    ACCOUNTS_SIGN_IN_ENDED = "accounts.sign-in.ended"
    ACCOUNTS_SIGN_IN_LOCKED = "accounts.sign-in.locked"
    ACCOUNTS_SIGN_IN_REFUSED = "accounts.sign-in.refused"
    ACCOUNTS_SIGN_IN_SUCCEEDED = "accounts.sign-in.succeeded"
    ACCOUNTS_TOKEN_ISSUED = "accounts.token.issued"
    ACCOUNTS_TOKEN_WITHDRAWN = "accounts.token.withdrawn"
    ACCOUNTS_TRAINING_RECORDED = "accounts.training.recorded"
    ACCOUNTS_UNDERTAKING_SIGNED = "accounts.undertaking.signed"
    ACCOUNTS_USER_ADDED = "accounts.user.added"
    ACCOUNTS_USER_DEACTIVATED = "accounts.user.deactivated"
    ACCOUNTS_USER_REACTIVATED = "accounts.user.reactivated"
    # audit
    AUDIT_ACT_REFUSED = "audit.act.refused"
    AUDIT_SALTS_WIPED = "audit.salts.wiped"
    # calls
    CALLS_CALL_DELETED = "calls.call.deleted"
    CALLS_CALL_KEPT = "calls.call.kept"
    # controllers
    CONTROLLERS_CONTROLLER_ADDED = "controllers.controller.added"
    CONTROLLERS_POLICY_ACTIVATED = "controllers.policy.activated"
    CONTROLLERS_POLICY_REFUSED = "controllers.policy.refused"
    # intake
    INTAKE_BACKLOG_REFUSED = "intake.backlog.refused"
    INTAKE_DELIVERY_QUARANTINED = "intake.delivery.quarantined"
    INTAKE_DELIVERY_REFUSED = "intake.delivery.refused"
    INTAKE_DELIVERY_REJECTED = "intake.delivery.rejected"
    INTAKE_DELIVERY_RELEASED = "intake.delivery.released"
    INTAKE_DELIVERY_TAKEN_IN = "intake.delivery.taken-in"
    INTAKE_SOURCE_DECLARED = "intake.source.declared"
    INTAKE_SOURCE_FILE_DELETED = "intake.source-file.deleted"
    # recordings
    RECORDINGS_COPY_EXPORTED = "recordings.copy.exported"
    RECORDINGS_COPY_REFUSED = "recordings.copy.refused"
    RECORDINGS_PLAYBACK_BEGUN = "recordings.playback.begun"
    RECORDINGS_PLAYBACK_REFUSED = "recordings.playback.refused"
    RECORDINGS_RECORDING_DEGRADED = "recordings.recording.degraded"
    RECORDINGS_RECORDING_DELETED = "recordings.recording.deleted"
    RECORDINGS_RECORDING_FAILED = "recordings.recording.failed"
    RECORDINGS_RECORDING_KEPT = "recordings.recording.kept"
    RECORDINGS_RECORDING_VERIFIED = "recordings.recording.verified"
    # retention
    RETENTION_DISPOSAL_RUN = "retention.disposal.run"
    RETENTION_ERASURE_APPROVED = "retention.erasure.approved"
    RETENTION_ERASURE_REFUSED = "retention.erasure.refused"
    RETENTION_HOLD_CASE_CLOSED = "retention.hold.case-closed"
    RETENTION_HOLD_ENDED = "retention.hold.ended"
    RETENTION_HOLD_KEPT_ON = "retention.hold.kept-on"
    RETENTION_HOLD_PLACED = "retention.hold.placed"
    RETENTION_HOLD_REFUSED = "retention.hold.refused"
    RETENTION_HOLD_RELEASED = "retention.hold.released"
    RETENTION_HOLD_RELEASE_ASKED = "retention.hold.release-asked"
    RETENTION_HOLD_REVIEWED = "retention.hold.reviewed"
    RETENTION_ITEM_CERTIFIED = "retention.item.certified"
    RETENTION_ITEM_COUNT_BEGUN = "retention.item.count-begun"
    RETENTION_ITEM_DESTROYED = "retention.item.destroyed"
    RETENTION_ITEM_DUE_SHORTENED = "retention.item.due-shortened"
    RETENTION_ITEM_REGISTERED = "retention.item.registered"
    # vault
    VAULT_BACKUP_MADE = "vault.backup.made"
    VAULT_BACKUP_REPLAYED = "vault.backup.replayed"
    VAULT_BACKUP_RESTORED = "vault.backup.restored"
    VAULT_DESTRUCTION_FINISHED = "vault.destruction.finished"
    VAULT_DESTRUCTION_INTENDED = "vault.destruction.intended"
    VAULT_WRAP_MOVED = "vault.wrap.moved"


class FaultKind(StrEnum):
    """What the check of the tree can find."""

    LEAF_ALTERED = "leaf-altered"
    LEAF_REMOVED = "leaf-removed"
    LEAF_INSERTED = "leaf-inserted"
    LEAVES_REORDERED = "leaves-reordered"
    TILE_ALTERED = "tile-altered"
    CHECKPOINT_ALTERED = "checkpoint-altered"
    CHECKPOINT_REMOVED = "checkpoint-removed"
    CHECKPOINT_OF_ANOTHER_TREE = "checkpoint-of-another-tree"
