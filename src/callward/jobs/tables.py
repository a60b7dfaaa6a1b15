"""The tables of a new queue, laid without loading the machinery that works with them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

_STATEMENTS = Path(__file__).with_name("tables.sql")  # written by tools/make_job_tables.py


def lay_tables(path: Path) -> bool:
    """Make the tables in a new file; False where those of another version are in it."""
    path.touch(mode=0o600)
    script = _STATEMENTS.read_text()
    with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as file:
        file.execute("BEGIN IMMEDIATE")
        if file.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
            for statement in script.split(";\n"):
                file.execute(statement)
        version = file.execute("SELECT version FROM dbos_migrations").fetchone()
        file.execute("COMMIT")
    return f"VALUES({version[0]})" in script
