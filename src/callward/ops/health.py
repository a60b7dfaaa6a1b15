"""Whether this node can serve, for people and for machines that watch it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.http import JsonResponse

from callward.audit import selectors as audit
from callward.controllers import selectors as controllers
from callward.retention import services as retention
from callward.vault import services as vault

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest


def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the web answers and reaches its database, and nothing else to strangers."""
    del request
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"healthy": True})


def health_of(at: datetime) -> dict[str, object]:
    """What the owner wants to know at a glance."""
    signed = audit.latest_checkpoint()
    return {
        "controllers": len(controllers.controllers()),
        "open_destructions": len(vault.open_intents()),
        "overdue": retention.preview_disposal(at).due,
        "audit_signed_to": signed.size if signed else 0,
        "deleted_rows_may_lie_in": [str(place) for place in vault.lingering()],
    }
