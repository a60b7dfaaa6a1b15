"""The closed lists of words of this room."""

from __future__ import annotations

from enum import StrEnum


class EditionState(StrEnum):
    """The life of one version of a controller's notices, from the draft on."""

    DRAFT = "draft"
    ASKED = "asked"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


OPEN = (EditionState.ASKED, EditionState.APPROVED)
PUBLIC = (EditionState.APPROVED, EditionState.PUBLISHED)  # what is approved is announced


class Format(StrEnum):
    """In which forms every notice is archived."""

    HTML = "html"
    MARKDOWN = "md"
    JSON = "json"
    JSONLD = "jsonld"
    PDF = "pdf"


class CheckState(StrEnum):
    """What the check behind a proven sentence says."""

    GREEN = "green"
    RED = "red"
    STALE = "stale"
    NOT_APPLICABLE = "not-applicable"
    UNCHECKED = "unchecked"  # nothing to look with on this machine


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
