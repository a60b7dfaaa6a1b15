"""Tells Django about recordings."""

from __future__ import annotations

from django.apps import AppConfig


class RecordingsConfig(AppConfig):
    """Registers the holder and the jobs of recordings."""

    name = "callward.recordings"
    label = "recordings"

    def ready(self) -> None:
        from callward.recordings.holder import RecordingsHolder  # noqa: PLC0415  # models are loaded by now
        from callward.holdings import register  # noqa: PLC0415  # beside its only use

        register(RecordingsHolder())
