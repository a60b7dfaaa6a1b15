"""What can be written into the audit tree, and what its check can find."""

from __future__ import annotations

from enum import StrEnum

from callward.kernel.errors import gettext_noop as _
from callward.kernel.labels import Labelled

EVENTS: dict[str, Event] = {}


class Event(Labelled):
    """Something that has a consequence, in the past tense; each package declares its own."""

    def __init__(self, value: str, words: str) -> None:
        """Take the event into the list, once."""
        del words
        if value in EVENTS:
            raise ValueError(value)
        EVENTS[value] = self


class AuditEvent(Event):
    """What this package writes into the audit."""

    ACT_REFUSED = "audit.act.refused", _("An act was refused.")
    LEAVES_DESTROYED = (
        "audit.leaves.destroyed",
        _("Audit entries were destroyed on their day; their hashes stay."),
    )
    SALTS_WIPED = "audit.salts.wiped", _("The link between the audit and erased texts was wiped.")
    # Written here, because the tree must tell it before anything else.
    BACKUP_RESTORED = "vault.backup.restored", _("A backup was restored.")


class FaultKind(StrEnum):
    """What the check of the tree can find."""

    LEAF_ALTERED = "leaf-altered"
    LEAF_REMOVED = "leaf-removed"
    LEAF_RETURNED = "leaf-returned"
    LEAF_INSERTED = "leaf-inserted"
    LEAVES_REORDERED = "leaves-reordered"
    TILE_ALTERED = "tile-altered"
    DESTRUCTION_ALTERED = "destruction-altered"
    CHECKPOINT_ALTERED = "checkpoint-altered"
    CHECKPOINT_REMOVED = "checkpoint-removed"
    CHECKPOINT_OF_ANOTHER_TREE = "checkpoint-of-another-tree"
    KEPT_NOTE_ALTERED = "kept-note-altered"
    TREE_ROLLED_BACK = "tree-rolled-back"
