"""Tells Django about the house side of the phone line."""

from __future__ import annotations

from django.apps import AppConfig

from callward import holdings


class TelephonyConfig(AppConfig):
    """Registers the holder of what the phone line keeps of people."""

    name = "callward.telephony"
    label = "telephony"

    def ready(self) -> None:
        holdings.register_late("callward.telephony.holder", "TelephonyHolder")
