"""The closed lists of words of this room."""

from __future__ import annotations

from enum import StrEnum

from callward.accounts.states import Capability
from callward.audit.states import Event
from callward.kernel.errors import gettext_noop as _
from callward.kernel.labels import Labelled
from callward.policy.vocabulary import Role


class NoticeVersionState(Labelled, family="edition"):
    """The life of one version of a controller's notices, from the draft on."""

    DRAFT = "draft", _("Draft")
    ASKED = "asked", _("Waits for approval")
    APPROVED = "approved", _("Approved, waits for its day")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


OPEN = (NoticeVersionState.ASKED, NoticeVersionState.APPROVED)
PUBLIC = (
    NoticeVersionState.APPROVED,
    NoticeVersionState.PUBLISHED,
)  # what is approved is announced


class CheckState(Labelled, family="check"):
    """What the check behind a proven sentence says."""

    GREEN = "green", _("Kept")
    RED = "red", _("Broken")
    STALE = "stale", _("Not looked at for too long")
    NOT_APPLICABLE = "not-applicable", _("Not promised")
    UNCHECKED = "unchecked", _("Cannot be checked here")  # nothing to look with on this machine


class Change(StrEnum):
    """What happened to a sentence between two versions."""

    ADDED = "added"
    REMOVED = "removed"
    REWORDED = "reworded"


class Part(StrEnum):
    """A run of words of a reworded sentence."""

    SAME = "same"
    OLD = "old"
    NEW = "new"


class ArchiveFault(StrEnum):
    """What the check of the archive can find."""

    BYTES_CHANGED = "bytes-changed"
    MISSING = "missing"
    RENDERS_DIFFERENTLY = "renders-differently"


class NoticesCapability(Capability):
    """What a role lets a user do in this package."""

    MANAGE_POLICY = "manage-policy", Role.ADMINISTRATOR
    SEE_POLICY = "see-policy", Role.SUPERVISOR, Role.DPO, Role.ADMINISTRATOR, Role.AUDITOR
    APPROVE_POLICY = "approve-policy", Role.SUPERVISOR, Role.DPO


class NoticesEvent(Event):
    """What this package writes into the audit."""

    ANNOUNCEMENT_ACKNOWLEDGED = (
        "notices.announcement.acknowledged",
        _("A place has announced the change."),
    )
    EDITION_APPROVAL_ASKED = (
        "notices.edition.approval-asked",
        _("The approval of a new policy was asked for."),
    )
    EDITION_APPROVED = "notices.edition.approved", _("A new policy was approved.")
    EDITION_BLOCKED = (
        "notices.edition.blocked",
        _("The publishing of a policy was blocked by a check."),
    )
    EDITION_DRAFTED = "notices.edition.drafted", _("A new policy was drafted.")
    EDITION_PUBLISHED = (
        "notices.edition.published",
        _("The notices of a policy were published and archived."),
    )
    EDITION_REVIEWED = "notices.edition.reviewed", _("The policy was reviewed and stays as it is.")
    EDITION_REWORDED = (
        "notices.edition.reworded",
        _("The notices were published in new words; no rule changed."),
    )
    EDITION_TURNED_DOWN = "notices.edition.turned-down", _("A new policy was turned down.")
    EDITION_WITHDRAWN = "notices.edition.withdrawn", _("A new policy was withdrawn.")
