"""Tells Django about the api room."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The api keeps nothing of its own."""

    name = "callward.api"
    label = "api"
