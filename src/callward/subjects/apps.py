"""The Django application of this room."""

from __future__ import annotations

from django.apps import AppConfig

from callward import holdings


class SubjectsConfig(AppConfig):
    """The people behind numbers."""

    name = "callward.subjects"
    label = "subjects"

    def ready(self) -> None:
        holdings.register_late("callward.subjects.holder", "SubjectsHolder")
