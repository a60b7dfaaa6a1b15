"""The Django application of this room."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The Merkle tree of everything that had a consequence."""

    name = "callward.audit"
    label = "audit"
