"""Tells Django about recordings."""

from __future__ import annotations

from django.apps import AppConfig


class RecordingsConfig(AppConfig):
    """Registers the holder of recordings."""

    name = "callward.recordings"
    label = "recordings"

    def ready(self) -> None:
        from callward.holdings import register  # noqa: PLC0415  # beside its only use
        from callward.recordings.holder import RecordingsHolder  # noqa: PLC0415  # models are loaded by now

        register(RecordingsHolder())
