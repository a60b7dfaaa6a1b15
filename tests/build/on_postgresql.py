"""`python -m build.on_postgresql COMMAND ...` runs tests with a PostgreSQL server of their own.

It flushes to the disk, because a house refuses a server that does not (E010); tests that kill or
change a server start one of their own.
"""

from __future__ import annotations

import os
import subprocess
import sys

from build.engines import NAMED, OURS
from callward.ops.demo.database_server import DatabaseServer

LINES = ("max_connections = 400", "shared_buffers = 256MB", "autovacuum = off")


def main() -> int:
    """Start the server, run the command to its end, end the server."""
    with DatabaseServer(lines=LINES) as server:
        ours = {f"{OURS}ENGINE": "postgresql", f"{OURS}HOST": str(server.socket)}
        environment = os.environ | ours | {NAMED: str(server.socket)}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
