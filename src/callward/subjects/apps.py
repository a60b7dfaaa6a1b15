"""The Django application of this room."""

from __future__ import annotations

from django.apps import AppConfig


class SubjectsConfig(AppConfig):
    """The people behind numbers."""

    name = "callward.subjects"
    label = "subjects"
