"""Tells Django about the house side of the phone line."""

from __future__ import annotations

from django.apps import AppConfig


class TelephonyConfig(AppConfig):
    """Registers the holder of what the phone line keeps of people."""

    name = "callward.telephony"
    label = "telephony"

    def ready(self) -> None:
        from callward.holdings import register  # noqa: PLC0415  # beside its only use
        from callward.telephony.holder import TelephonyHolder  # noqa: PLC0415  # models are loaded by now

        register(TelephonyHolder())
