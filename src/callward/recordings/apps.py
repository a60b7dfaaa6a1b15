"""Tells Django about recordings."""

from __future__ import annotations

from django.apps import AppConfig

from callward import holdings


class RecordingsConfig(AppConfig):
    """Registers the holder of recordings."""

    name = "callward.recordings"
    label = "recordings"

    def ready(self) -> None:
        holdings.register_late("callward.recordings.holder", "RecordingsHolder")
