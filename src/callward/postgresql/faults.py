"""Whether an error says that the database server is away, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import make_conninfo

from callward.postgresql import direct
from callward.postgresql.errors import (
    DatabaseMissingError,
    PostgresqlError,
    ServerRefusesError,
    ServerUnreachableError,
    ServerUntrustedError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.deployment.values import Database

_ENDED = ("08", "57P")  # connections that broke, and a server that stops, crashes or starts
_EVERYWHERE = "postgres"  # a database that every server has
# Words of the client's own library, which it never translates here.
_UNTRUSTED = ("certificate", "does not support SSL")


def is_away(error: BaseException) -> bool:
    """Whether an error, or what caused it, says that no connection to the server is to be had."""
    return any(_is_lost(each) for each in _causes(error))


def _is_lost(error: BaseException) -> bool:
    if not isinstance(error, psycopg.OperationalError):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(_ENDED)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def refuse_unreachable(database: Database) -> None:
    """Raise PostgresqlError unless the server lets us in, also where no pooler stands."""
    for host, port in dict.fromkeys([(database.host, database.port), database.direct]):
        asked = direct.address_at(database, host, port)
        try:
            psycopg.connect(**asked).close()
        except psycopg.OperationalError as error:
            raise _named(str(error), asked) from None


def _named(said: str, asked: dict[str, Any]) -> PostgresqlError:
    """What a failed connection means, without trusting words in the language of the server."""
    if "FATAL" not in said and any(word in said for word in _UNTRUSTED):
        return ServerUntrustedError()
    known = {key: value for key, value in asked.items() if value is not None}
    if psycopg.pq.PGconn.ping(make_conninfo(**known).encode()) != psycopg.pq.Ping.OK:
        return ServerUnreachableError()
    try:
        psycopg.connect(**asked | {"dbname": _EVERYWHERE}).close()
    except psycopg.OperationalError:
        return ServerRefusesError(user=asked["user"])
    return DatabaseMissingError(name=asked["dbname"])
