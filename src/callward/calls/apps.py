"""Tells Django about calls."""

from __future__ import annotations

from django.apps import AppConfig

from callward import holdings


class CallsConfig(AppConfig):
    """Registers the holder of calls."""

    name = "callward.calls"
    label = "calls"

    def ready(self) -> None:
        holdings.register_late("callward.calls.holder", "CallsHolder")
