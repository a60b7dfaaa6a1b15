"""What a caller and the loaded process say to each other; loads little, since it starts often."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LENGTH = 4  # bytes of a number that is told
LEASE, RUN = b"l", b"r"


def start(
    door: str,
    words: Sequence[str],
    *,
    files: Sequence[int],
    environment: Mapping[str, str],
    cwd: str,
) -> tuple[socket.socket, int]:
    """Have `python WORDS` forked with three standard files; the line tells how it ends."""
    umask = os.umask(0o077)
    os.umask(umask)
    facts = {"words": list(words), "cwd": cwd, "umask": umask, "environment": dict(environment)}
    request = json.dumps(facts).encode()
    line = socket.socket(socket.AF_UNIX)
    line.connect(door)
    line.sendall(RUN)
    socket.send_fds(line, [len(request).to_bytes(LENGTH)], list(files))
    line.sendall(request)
    pid = int.from_bytes(line.recv(LENGTH, socket.MSG_WAITALL))
    assert pid, "the loaded process is gone"
    return line, pid


def end_of(line: socket.socket) -> int:
    """Wait for the exit code, or the negative number of the signal that killed it."""
    told = line.recv(LENGTH, socket.MSG_WAITALL)
    line.close()
    assert len(told) == LENGTH, "the loaded process is gone"
    return int.from_bytes(told, signed=True)
