"""The engines that a bench can stand on, and how each of them writes the same filling."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

FILE, SERVER = "sqlite", "postgresql"
_NAME = "bench"
# What an administrator gives a server of this size; nothing that a kept row would depend on.
_SERVER_LINES = ("shared_buffers = 2GB", "max_wal_size = 8GB", "effective_cache_size = 12GB")


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Let a bench be told where its rows lie."""
    parser.add_argument("--database", choices=(FILE, SERVER), default=FILE)


@contextmanager
def engine(name: str) -> Iterator[str]:
    """A running engine: the section of `callward.toml` by which a house stands on it."""
    if name == FILE:
        yield ""
        return
    from callward.ops.demo.database_server import DatabaseServer  # noqa: PLC0415  # loads psycopg

    with DatabaseServer(lines=_SERVER_LINES, segment_megabytes=64) as server:
        server.new_database(_NAME)
        yield server.settings(_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The words of one engine, for statements that fill tables by the million."""

    ref_type: str
    instant_type: str
    nothing: str  # no bytes
    unsafe: str  # while filling; reading does not care
    _ref: str
    _instant: str
    _key: str

    def ref(self, milliseconds: str, number: str) -> str:
        """A reference made of two numbers."""
        return self._ref.format(milliseconds=milliseconds, number=number)

    def instant(self, seconds: str) -> str:
        """An instant made of a number of seconds."""
        return self._instant.format(seconds=seconds)

    def key(self, ref: str) -> str:
        """The bytes of a reference."""
        return self._key.format(ref=ref)


_DIALECTS = {
    FILE: Dialect(
        ref_type="TEXT",
        instant_type="TEXT",
        nothing="x''",
        unsafe="PRAGMA synchronous=OFF",
        _ref="printf('%012x70008000%012x', {milliseconds}, {number})",
        _instant="strftime('%Y-%m-%d %H:%M:%S', {seconds}, 'unixepoch')",
        _key="{ref}",
    ),
    SERVER: Dialect(
        ref_type="uuid",
        instant_type="timestamptz",
        nothing="''::bytea",
        unsafe="SET synchronous_commit = off",
        _ref="(lpad(to_hex({milliseconds}), 12, '0') || '70008000' || "
        "lpad(to_hex({number}), 12, '0'))::uuid",
        _instant="to_timestamp({seconds})",
        _key="uuid_send({ref})",
    ),
}


def dialect() -> Dialect:
    """The words of the engine that this process is connected to."""
    from django.db import connection  # noqa: PLC0415  # Django is set up first

    return _DIALECTS[connection.vendor]


def settle() -> None:
    """Let a server know its tables, as its own upkeep does within minutes."""
    from django.db import connection  # noqa: PLC0415  # Django is set up first

    if connection.vendor == SERVER:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
