"""Write down the tables that the job machinery makes in a new file, for `callward init`.

Run as `python -m tools.make_job_tables` after another version of DBOS was pinned.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from callward.jobs.dbos_queue import DbosQueue, file_url
from callward.jobs.tables import __file__ as beside

TABLES = Path(beside).with_name("tables.sql")


def statements_of(path: Path) -> str:
    """Everything that makes such a file again."""
    with closing(sqlite3.connect(path)) as file:
        inside = list(file.iterdump())[1:-1]  # without BEGIN and COMMIT
    return "\n".join(" ".join(statement.split()) for statement in inside) + "\n"


def tables_of_the_machinery() -> str:
    """The statements for the pinned version."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "jobs.sqlite3"
        DbosQueue(file_url(path)).prepare()
        return statements_of(path)


if __name__ == "__main__":
    TABLES.write_text(tables_of_the_machinery())
