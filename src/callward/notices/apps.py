"""The Django application of this room."""

from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """From a drafted policy to a published, archived and announced notice."""

    name = "callward.notices"
    label = "notices"
