"""Tells Django about calls."""

from __future__ import annotations

from django.apps import AppConfig


class CallsConfig(AppConfig):
    """Registers the holder of calls."""

    name = "callward.calls"
    label = "calls"

    def ready(self) -> None:
        from callward.calls.holder import CallsHolder  # noqa: PLC0415  # models are loaded by now
        from callward.holdings import register  # noqa: PLC0415  # beside its only use

        register(CallsHolder())
