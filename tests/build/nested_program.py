"""Stands for the interpreter where a forked program starts one of our commands.

It has the command forked as well, hands on the signals that it gets, and ends as the command
ends; when it is killed, the loaded process kills the command. The interpreter does all the rest.
"""

from __future__ import annotations

import os
import signal
import sys

OURS = ["-m", "callward.ops"]
TEXT = """#!{real} -IS
import sys
sys.path.insert(0, {tests!r})
from build.nested_program import main
main({real!r}, {door!r})
"""


def main(real: str, door: str) -> None:
    """Run what the arguments say."""
    words = sys.argv[1:]
    if words[:2] != OURS or "CALLWARD_LIFELINE" in os.environ:  # a lifeline is a file of its own
        os.execv(real, [real, *words])  # the interpreter itself
    from build.fork_request import end_of, start  # noqa: PLC0415  # not for the interpreter

    line, pid = start(door, words, files=range(3), environment=os.environ, cwd=os.getcwd())  # noqa: PTH109
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda told, _frame: os.kill(pid, told))
    code = end_of(line)
    if code < 0:
        if code != -signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)
