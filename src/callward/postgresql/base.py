"""Django's PostgreSQL with the promise that SQLite gives: one transaction writes at a time."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

from callward.kernel import clock

WRITER = 0x63616C6C  # the advisory lock of the one writer of a database
WAIT_MILLISECONDS = 20_000  # as long as SQLite waits for its own

POOL_WAIT = 20.0  # seconds for a free connection, as long as for the one writer's turn
POOL_LOOK = 1.0  # seconds after which somebody who waits looks whether the server is away
_PATIENCE = 2  # seconds for that look

_TAKE = "SELECT set_config('lock_timeout', %s, true), pg_advisory_xact_lock(%s)"


class DatabaseWrapper(base.DatabaseWrapper):
    """Begins each outermost transaction as the only one, like `BEGIN IMMEDIATE` (decision 0034).

    Services check and then write; both happen under the lock, so no check is stale. Questions
    outside a transaction never wait. The lock ends with its transaction, also behind a pooler.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Wait for a connection of the pool, and not at all for a server that is away."""
        ends = clock.stopwatch() + POOL_WAIT
        while True:
            try:
                return super().get_new_connection(conn_params)
            except PoolTimeout:
                if clock.stopwatch() > ends:
                    raise
                self.Database.connect(**conn_params, connect_timeout=_PATIENCE).close()

    # Lengths are the business of forms and doors, on either engine; a file keeps longer texts too,
    # and so no house is kept from moving by one.
    data_types = {  # as Django declares it
        **base.DatabaseWrapper.data_types,
        "CharField": "varchar",
        "SlugField": "varchar",
    }

    def set_autocommit(
        self,
        autocommit: bool,  # noqa: FBT001  # Django's own signature
        force_begin_transaction_with_broken_autocommit: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        if autocommit or not force_begin_transaction_with_broken_autocommit:
            return
        try:
            with self.cursor() as cursor:
                cursor.execute(_TAKE, [str(WAIT_MILLISECONDS), WRITER])
        except BaseException:
            self._leave()
            raise

    def _leave(self) -> None:
        """Leave the transaction that could not become the writer's."""
        if self.connection is None or not self.is_usable():
            self.close()
            return
        self.rollback()
        super().set_autocommit(True)
