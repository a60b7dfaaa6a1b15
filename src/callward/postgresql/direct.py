"""A connection without a pooler: for locks that outlive a transaction, for LISTEN and for jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import psycopg

if TYPE_CHECKING:
    from callward.deployment.values import Database

_PATIENCE = 5  # seconds to reach the server
_ASKED = 4  # turns in which a pooler would give one client another's connection
_PID = "SELECT pg_backend_pid()"


def address(database: Database, *, name: str = "") -> dict[str, Any]:
    """What psycopg needs to reach the server without a pooler."""
    return address_at(database, *database.direct, name=name)


def address_at(database: Database, host: str, port: int, *, name: str = "") -> dict[str, Any]:
    """What psycopg needs to reach one of the addresses of the server."""
    return {
        "host": host,
        "port": port,
        "dbname": name or database.name,
        "user": database.user,
        "password": database.password.read() or None,
        "connect_timeout": _PATIENCE,
        **database.protection(host),
    }


def connect(database: Database, *, name: str = "") -> psycopg.Connection[Any]:
    """Open one connection of our own, each statement its own transaction."""
    return psycopg.connect(**address(database, name=name), autocommit=True)


def url(database: Database, *, name: str = "") -> str:
    """The address as SQLAlchemy writes it; holds the password, so it is never shown."""
    asked = address(database, name=name)
    who = quote(asked["user"], safe="")
    if asked["password"]:
        who += ":" + quote(asked["password"], safe="")
    named = ("host", "port", "sslmode", "sslrootcert")
    where = urlencode({key: asked[key] for key in named if key in asked})
    return f"postgresql+psycopg://{who}@/{quote(asked['dbname'], safe='')}?{where}"


def has_pooler(database: Database) -> bool:
    """Whether two clients of the direct address share servers, as behind a pooler.

    A session lock taken through such an address belongs to whoever comes next (N-3).
    """
    with connect(database) as one, connect(database) as other:
        seen = [[_backend(client) for client in (one, other)] for _turn in range(_ASKED)]
    ours, theirs = ({pids[place] for pids in seen} for place in (0, 1))
    return len(ours) > 1 or len(theirs) > 1 or bool(ours & theirs)


def _backend(client: psycopg.Connection[Any]) -> int:
    row = client.execute(_PID).fetchone()
    assert row is not None
    return int(row[0])
