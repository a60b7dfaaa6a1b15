"""Start-up: the clock of the folder, every port its adapter, every package its holder."""

from __future__ import annotations

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule

from callward import holdings


class ConfigConfig(AppConfig):
    """Wires the house once Django knows every room."""

    name = "callward.config"

    def ready(self) -> None:
        from callward.config import wiring  # noqa: PLC0415  # rooms import models, ready only now

        wiring.wire()
        for room in apps.get_app_configs():
            if room.name.startswith("callward.") and module_has_submodule(room.module, "holder"):
                holdings.register_late(f"{room.name}.holder", f"{room.label.capitalize()}Holder")
