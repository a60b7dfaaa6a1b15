"""A real SeaweedFS, one for all workers of a test run, and places of its own for each test.

Whoever stops, fills or locks a store starts one of its own: `with ObjectStoreServer() as store`.
`python -m build.object_store FOLDER` runs the shared one until the last test worker is gone.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

from build.programs import TESTS, folder_of_run
from callward.kernel.references import new_ref
from callward.ops.demo.object_store_server import ObjectStoreServer

if TYPE_CHECKING:
    from callward.deployment.values import Objects

_LONGEST = 90.0  # seconds


@cache
def shared_store() -> ObjectStoreServer:
    """The store of this test run; the first who asks starts it, nobody stops it."""
    folder = folder_of_run() / "s3"
    folder.mkdir(mode=0o700, exist_ok=True)
    _hold(folder)
    with (folder / "starting.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ports.json").exists():
            _start(folder)
    ports = json.loads((folder / "ports.json").read_text())
    return ObjectStoreServer(folder=folder / "store", ports=ports)


@cache
def _hold(folder: Path) -> IO[str]:
    """As long as one process holds this, the store goes on."""
    lease = (folder / "lease").open("w")
    fcntl.flock(lease, fcntl.LOCK_SH)
    return lease


def _start(folder: Path) -> None:
    with (folder / "guard.log").open("w") as log:
        subprocess.run(
            [sys.executable, "-m", "build.object_store", str(folder)],
            cwd=TESTS,
            env=os.environ | {"PYTHONPATH": f"{TESTS.parent / 'src'}:{TESTS}"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            check=True,
        )
    until = time.monotonic() + _LONGEST
    while not (folder / "ports.json").exists():
        assert time.monotonic() < until, (folder / "guard.log").read_text()
        time.sleep(0.05)


@cache
def _bucket(_process: int) -> Objects:
    return shared_store().bucket()


def fresh_place() -> Objects:
    """An empty folder in a bucket; a bucket of its own would cost a fifth of a second."""
    return replace(_bucket(os.getpid()), prefix=f"of/{new_ref().hex}")


def main() -> None:
    """Leave the caller, run a store, tell its ports, and end it once nobody holds the lease."""
    if os.fork():
        return
    folder = Path(sys.argv[1])
    with ObjectStoreServer(folder=folder / "store") as store:
        told = folder / "ports.part"
        told.write_text(json.dumps(list(store.ports)))
        told.rename(folder / "ports.json")
        with (folder / "lease").open("w") as lease:
            fcntl.flock(lease, fcntl.LOCK_EX)


if __name__ == "__main__":
    main()
