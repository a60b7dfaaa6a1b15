"""Facts that keep a house from its server, and rows from being carried there."""

from __future__ import annotations

from callward.kernel.errors import BadInputError, CallwardError, UnavailableError, gettext_noop


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


class ServerUnreachableError(PostgresqlError, UnavailableError):
    """Nobody answers where the database server should be."""

    code = "database-away"
    fact = gettext_noop("The database server does not answer.")
    mend = gettext_noop("Start it, or correct database.host and database.port.")


class ServerUntrustedError(PostgresqlError):
    """What answers does not prove that it is the database server."""

    code = "database-untrusted"
    fact = gettext_noop("The database server shows no certificate that is trusted.")
    mend = gettext_noop(
        "Let database.ca name the authority that signed it, and database.host the name in it."
    )


class ServerRefusesError(PostgresqlError):
    """The database server does not let the user of the house in."""

    code = "database-refused"
    fact = gettext_noop("The database server does not let the user %(user)s in.")
    mend = gettext_noop(
        "Correct database.user and its password, or pg_hba.conf and max_connections at the server."
    )


class DatabaseMissingError(PostgresqlError):
    """The database server is there, and the database is not."""

    code = "database-missing"
    fact = gettext_noop("The database server has no database %(name)s.")
    mend = gettext_noop("Make it as the guide on engines says, or correct database.name.")
