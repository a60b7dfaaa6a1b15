"""Facts that stop rows from being carried to a server."""

from __future__ import annotations

from callward.kernel.errors import BadInputError, CallwardError, gettext_noop


class PostgresqlError(CallwardError):
    """The root of this package."""

    code = "postgresql"


class DatabaseInUseError(PostgresqlError, BadInputError):
    """A move begins in an empty database only."""

    code = "database-in-use"
    fact = gettext_noop("The database that the new file names has tables already.")
    mend = gettext_noop("Name an empty database of its own.")


class TablesDifferError(PostgresqlError):
    """File and server have not the same tables."""

    code = "tables-differ"
    fact = gettext_noop("The table %(table)s has another form in the file than on the server.")
    mend = gettext_noop("Run “callward init” with this version, then move again.")


class RowUnmovableError(PostgresqlError):
    """A value cannot stand on a server; the value itself is never repeated."""

    code = "row-unmovable"
    fact = gettext_noop(
        "Row %(row)s of the table %(table)s has a value in %(column)s that a server cannot keep."
    )
    mend = gettext_noop("Run “callward database move --abandon” and stay on the file.")


class RowsDifferError(PostgresqlError):
    """What was carried is not what lay in the file."""

    code = "rows-differ"
    fact = gettext_noop("The rows of the table %(table)s are not the same in both places.")
    mend = gettext_noop(
        "Run “callward database move --abandon”, then move into another empty database."
    )
