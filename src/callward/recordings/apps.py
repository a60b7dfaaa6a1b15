"""Tells Django about recordings."""

from __future__ import annotations

from django.apps import AppConfig


class RecordingsConfig(AppConfig):
    """Registers the holder of recordings."""

    name = "callward.recordings"
    label = "recordings"

    def ready(self) -> None:
        try:
            from callward.recordings.holder import RecordingsHolder  # noqa: PLC0415  # after the models
        except ImportError:
            return
        from callward.holdings import register  # noqa: PLC0415  # beside its only use

        register(RecordingsHolder())
