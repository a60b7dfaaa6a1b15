"""Start-up: the clock of the folder, and every port gets its adapter."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Wires the house once Django knows every room."""

    name = "callward.config"
    label = "config"

    def ready(self) -> None:
        from callward.config import wiring  # noqa: PLC0415  # rooms import models, ready only now

        wiring.wire()
