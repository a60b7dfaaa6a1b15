"""Asking the running line; whoever only tells it something may find it down."""

from __future__ import annotations

from callward.telephony import ports


def reload() -> None:
    """Have the line read its snapshot again; raises LineDownError."""
    ports.line.get().reload()
