"""A line of one call that can be killed: `python spool_program.py FOLDER MEMORY PUBLIC REF PORT`.

Prints its RTP port, records what arrives there, and obeys the orders `refuse` and `finish`.
The data key is fixed, so that a test can look for it.
"""

from __future__ import annotations

import queue
import sys
from pathlib import Path
from uuid import UUID

from callward.kernel import clock
from callward.line import spool_writer
from callward.line.media.media_plane import PythonMedia
from callward.line.ports import MediaAddress, SpoolKey
from callward.line.spool import SealedSpool
from callward.line.states import Codec, Party

SECRET = bytes(range(100, 132))


class Through:
    """A gate that is open."""

    def __init__(self, writer) -> None:
        self.frame = writer.write


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    folder, memory, public, ref, port = sys.argv[1:]
    spool_writer.new_key = lambda: SECRET
    spool = SealedSpool(Path(folder), memory=Path(memory))
    spool.start()
    plane = PythonMedia("127.0.0.1", soon=queue.SimpleQueue().put)
    plane.start()
    key = SpoolKey(epoch="spool/2026-03-29", public=bytes.fromhex(public))
    writer = spool.begin(UUID(ref), key=key, began=clock.stopwatch(), envelope=b"so far")
    writer.note(b"a line")
    leg = plane.open_leg()
    leg.connect(
        MediaAddress(host="127.0.0.1", port=int(port), codec=Codec.PCMA, telephone_event=101)
    )
    leg.tap(Through(writer), party=Party.OUTER)
    say(str(leg.port))
    for order in sys.stdin:
        if order.strip() == "refuse":
            leg.tap(None, party=Party.OUTER)
            writer.abandon()
        if order.strip() == "finish":
            writer.finish(b"a line\nthe end\n", b"envelope")
        say(order.strip())


if __name__ == "__main__":
    main()
