"""The Django application of this edge."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """What the public reads, without signing in."""

    name = "callward.portal"
    label = "portal"
