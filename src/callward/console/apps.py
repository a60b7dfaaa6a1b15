"""Django's name for this edge."""

from __future__ import annotations

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The screens of staff."""

    name = "callward.console"
    label = "console"
