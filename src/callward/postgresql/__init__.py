"""PostgreSQL as the engine of the rows: one writer at a time, and a connection without a pooler."""
