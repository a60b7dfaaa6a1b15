"""The database of a house as Django asks for it: a file of the data folder, or a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from callward.deployment.values import Database

_INIT = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; "
    "PRAGMA foreign_keys=ON"
)
_TRIES_AGAIN = 5.0  # seconds after which a pool begins anew to look for its server
_PREPARED_AFTER = 5  # times a statement is asked before the server keeps its plan


def database_settings(chosen: Database, file: Path) -> dict[str, Any]:
    """What stands under `DATABASES["default"]`."""
    return _on_a_server(chosen) if chosen.on_postgresql else _in_a_file(file)


def _in_a_file(file: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "CONN_MAX_AGE": None,  # a new connection would say all this again at every request
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": _INIT},
        "TEST": {"NAME": ":memory:"},
    }


def _on_a_server(chosen: Database) -> dict[str, Any]:
    from callward.postgresql.base import POOL_LOOK  # noqa: PLC0415  # the default loads no psycopg

    pooled = chosen.direct != (chosen.host, chosen.port)  # then a pooler stands in the usual way
    return {
        "ENGINE": "callward.postgresql",
        "HOST": chosen.host,
        "PORT": chosen.port,
        "NAME": chosen.name,
        "USER": chosen.user,
        "PASSWORD": chosen.password.read(),
        "CONN_HEALTH_CHECKS": True,  # the pool gives out none that died with a restarted server
        "DISABLE_SERVER_SIDE_CURSORS": pooled,
        "OPTIONS": {
            **chosen.protection(chosen.host),
            "prepare_threshold": None if pooled else _PREPARED_AFTER,
            "pool": {
                "min_size": 1,
                "max_size": chosen.pool,
                "timeout": POOL_LOOK,
                "reconnect_timeout": _TRIES_AGAIN,  # its pauses double until then
            },
        },
    }
