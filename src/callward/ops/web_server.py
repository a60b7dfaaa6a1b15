"""The web server: granian on loopback, stopped with a deadline."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

if TYPE_CHECKING:
    from callward.deployment.values import Web

_STOP_WITHIN_SECONDS = 5
_MOST_WORKERS = 4  # a screen costs processor time, each program uses one processor
TARGET = "callward.config.asgi:application"


def serve(web: Web, *, host: str, port: int) -> None:
    """Serve until a signal comes, with TLS of our own where the house chose it."""
    leave_no_connection()
    quiet: dict[str, Any] = {"version": 1, "disable_existing_loggers": False}
    Granian(
        TARGET,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=min(os.cpu_count() or 1, _MOST_WORKERS),
        websockets=False,
        log_access=False,
        log_level=LogLevels.error,
        log_dictconfig=quiet,
        workers_kill_timeout=_STOP_WITHIN_SECONDS,
        ssl_cert=web.certificate if web.own_tls else None,
        ssl_key=web.certificate_key if web.own_tls else None,
        respawn_failed_workers=True,
    ).serve()  # type: ignore[no-untyped-call, unused-ignore]  # granian's own signature


def leave_no_connection() -> None:
    """The server forks: two processes on one connection would read each other's answers.

    A pool would be worse: the threads that make its connections do not live on in a child.
    """
    for each in connections.all(initialized_only=True):
        each.close()
        if each.vendor == "postgresql":
            each.close_pool()  # type: ignore[attr-defined]  # of this vendor alone
