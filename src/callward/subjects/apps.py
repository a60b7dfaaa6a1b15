"""The Django application of this room."""

from __future__ import annotations

from django.apps import AppConfig

from callward import holdings


class SubjectsConfig(AppConfig):
    """The people behind numbers."""

    name = "callward.subjects"
    label = "subjects"

    def ready(self) -> None:
        """Answer for the numbers."""
        from callward.subjects.holder import SubjectsHolder  # noqa: PLC0415  # models come after apps

        holdings.register(SubjectsHolder())
