"""The program `callward line`: SIP, audio, gate and spool in one process; no database, no web.

It works on the last good snapshot. SIGTERM takes no more calls, lets running ones end within a
deadline, hangs up the rest, and leaves every spool finished.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import resource
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from callward.kernel import clock
from callward.kernel.disk import own_folder
from callward.kernel.errors import CallwardError
from callward.line import control_messages as words
from callward.line.calls.switchboard import Switchboard
from callward.line.control import ControlServer
from callward.line.control_messages import Status
from callward.line.errors import SnapshotUnusableError
from callward.line.media.media_plane import PythonMedia
from callward.line.sip import Endpoint, LoopTimers, run_loop, stop_loop
from callward.line.snapshot import Presence, read_snapshot
from callward.line.spool import SealedSpool
from callward.line.states import CallEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from callward.line.call_ledger import Fact
    from callward.line.control_messages import Request
    from callward.line.snapshot import Snapshot

Answer = dict[str, object]


def obey(board: Switchboard, request: words.Request, *, reload: Callable[[], None]) -> Answer:
    """Do it; raises the CallwardError that stands against it."""
    match request.order:
        case words.Dial(permit=permit):
            return {"call": board.dial(permit)}
        case words.Presence(agent=agent, says=says):
            board.presence(agent, Presence(says))
        case words.Reload():
            reload()
        case words.Status() | words.Listen():
            return _status(board)
        case words.HangUp(call=call, agent=agent):
            board.hang_up(call, agent)
        case _:
            _in_call(board, request.order)
    return {}


_InCall = words.Click | words.Stop | words.Pause | words.Resume | words.Transfer | words.Complete


def _in_call(board: Switchboard, order: _InCall) -> None:
    state = board.state(order.call, order.agent)
    match order:
        case words.Click(said=said, agent=agent):
            state.click(str(said), by=agent)
        case words.Stop():
            state.stop(by="agent")
        case words.Pause(reason=reason):
            state.pause(reason)
        case words.Resume():
            state.resume(by="agent")
        case words.Transfer(to=to, attended=attended):
            state.transfer(to, attended=attended)
        case words.Complete():
            state.complete()
        case _:
            assert_never(order)


def _status(board: Switchboard) -> Answer:
    faults = [{"controller": name, "why": fault.code} for name, fault in board.faults()]
    figures = asdict(board.resources.media.figures())
    return {
        "calls": board.calls(),
        "agents": board.agents(),
        "faults": faults,
        "media": figures,
    }


_KEPT = {CallEvent.BEGUN: "begun", CallEvent.ENDED: "ended"}
_NAMED = ("call", "recording", "controller", "fate")
VARIABLE = "CALLWARD_DATA"
DRAIN_VARIABLE = "CALLWARD_LINE_DRAIN"
DRAIN_SECONDS = 6.0  # the supervisor of `callward up` waits ten
_LOOK_EVERY = 2.0
_WAIT_EVERY = 0.25
_LAST_WORDS = 0.7  # a BYE, and once again if it was lost
_MEGABYTE = 1024 * 1024
_FILES = 65536
_log = logging.getLogger("callward.line")


class Journal:
    """Which calls began and ended, a file a day: kept apart from the spool, so that a loss shows.

    It holds references only, and is written without waiting for the disk: it tells what fell with
    a program, the nightly count tells what fell with the power.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tell(self, event: CallEvent, facts: dict[str, Fact | None]) -> None:
        """Add one line for a call that begins or ends."""
        if event not in _KEPT:
            return
        at = clock.now()
        said = {name: str(facts[name]) for name in _NAMED if facts.get(name)}
        line = json.dumps({"event": _KEPT[event], "at": at.isoformat(), **said}) + "\n"
        path = self._folder / f"journal-{at.date().isoformat()}.jsonl"
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(opened, line.encode())
        finally:
            os.close(opened)


class Line:
    """One running phone line, put together from its parts."""

    def __init__(self, folder: Path, snapshot: Snapshot) -> None:
        home = folder / "line"
        self._file = home / "line.json"
        self._seen = _changed_at(self._file)
        self._listen = snapshot.listen
        self._drain_until: float | None = None
        self.timers = LoopTimers()
        self.media, self.spool = self._parts(folder, snapshot)
        self.board = Switchboard(
            media=self.media,
            spool=self.spool,
            timers=self.timers,
            snapshot=snapshot,
            folder=home,
        )
        self.endpoint = Endpoint(snapshot, taker=self.board, timers=self.timers)
        self.board.plug(self.endpoint)
        self.control = ControlServer(
            home / "control.sock",
            timers=self.timers,
            obey=self._obey,
        )
        self.board.listeners.append(self.control.tell)
        self.board.listeners.append(Journal(folder / "spool" / "line").tell)

    def _parts(self, folder: Path, snapshot: Snapshot) -> tuple[PythonMedia, SealedSpool]:
        listen, reserve = snapshot.listen, snapshot.limits.free_megabytes * _MEGABYTE
        ports = range(listen.rtp_from, listen.rtp_to + 1)
        media = PythonMedia(listen.host, soon=self.timers.soon, ports=ports)
        return media, SealedSpool(folder / "spool" / "line", reserve=reserve)

    def run(self, *, drain: float, asked_to_end: Sequence[int] = ()) -> None:
        """Serve until a signal, then end in order."""
        _raise_file_limit()
        gc.collect()
        gc.freeze()  # looking through what stays for ever would keep packets waiting 20 ms
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.timers.soon(lambda: self.drain(drain)))
        if asked_to_end:  # while the line was being put together
            self.timers.soon(lambda: self.drain(drain))
        self.spool.start()
        self.media.start()
        self.control.start()
        self.timers.after(_LOOK_EVERY, self._look)
        _log.info("line open")
        try:
            run_loop()
        finally:
            self._shut()

    def _obey(self, request: Request) -> dict[str, object]:
        """Do what the house side asks; the status also has what SIP counted."""
        answer = obey(self.board, request, reload=self.reload)
        if isinstance(request.order, Status):
            answer["sip"] = self.endpoint.figures()
        return answer

    # Settings while it runs.

    def _look(self) -> None:
        """Take a new snapshot when there is one."""
        if _changed_at(self._file) != self._seen:
            self._try_reload()
        self.timers.after(_LOOK_EVERY, self._look)

    def _try_reload(self) -> None:
        try:
            self.reload()
        except SnapshotUnusableError:
            _log.warning("snapshot unusable, the last good one stays")

    def reload(self) -> None:
        """Work with the snapshot that lies there now; raises SnapshotUnusableError."""
        self._seen = _changed_at(self._file)
        snapshot = read_snapshot(self._file)
        if snapshot.listen != self._listen:
            _log.warning("address or ports changed, they count after the next start")
            snapshot = snapshot.model_copy(update={"listen": self._listen})
        self.board.use(snapshot)
        self.endpoint.use(snapshot)

    # The end.

    def drain(self, seconds: float) -> None:
        """Take no more calls; end with the last one, at the deadline, or when asked twice."""
        at = clock.stopwatch()
        if self._drain_until is None:
            _log.info("line draining")
            self.endpoint.refuse_new()
            self._drain_until = at + seconds
            self._drained()
        else:
            self._drain_until = at

    def _drained(self) -> None:
        late = clock.stopwatch() >= (self._drain_until or 0.0)
        if late or not self.endpoint.alive:
            self.board.close()
            self.endpoint.close()
            self.timers.after(_LAST_WORDS, stop_loop)
        else:
            self.timers.after(_WAIT_EVERY, self._drained)

    def _shut(self) -> None:
        self.control.close()
        self.media.stop()
        self.spool.stop()
        self.timers.close()
        self.endpoint.shut()
        _log.info("line closed")


def _raise_file_limit() -> None:
    """A call has two sockets and a spool file; the usual soft limit would end at 330 calls."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def first_snapshot(folder: Path, told: list[int]) -> Snapshot | None:
    """Wait until the house side has written a usable snapshot; None when asked to end first."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda got, _: told.append(got))
    said = ""
    while not told:
        try:
            return read_snapshot(folder / "line" / "line.json")
        except SnapshotUnusableError as error:
            if str(error) != said:
                said = str(error)
                _log.warning("waiting for a usable snapshot: %s", error.facts.get("kind"))
            time.sleep(_WAIT_EVERY)
    return None


def run(folder: Path, *, drain: float | None = None) -> int:
    """Run the line of one data folder until it is told to end."""
    own_folder(folder / "line")
    told: list[int] = []
    snapshot = first_snapshot(folder, told)
    if snapshot is not None:
        seconds = float(os.environ.get(DRAIN_VARIABLE) or DRAIN_SECONDS) if drain is None else drain
        Line(folder, snapshot).run(drain=seconds, asked_to_end=told)
    return 0


def main() -> int:
    """`python -m callward.line`: the data folder comes from CALLWARD_DATA."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    chosen = os.environ.get(VARIABLE)
    if not chosen:
        sys.stderr.write("callward line: name the data folder in CALLWARD_DATA.\n")
        return 2
    try:
        return run(Path(chosen))
    except CallwardError as error:
        sys.stderr.write(f"callward line: {error}\n")
    except OSError as error:  # a taken port, a full disk: the errno alone, no path
        sys.stderr.write(f"callward line: {os.strerror(error.errno or 0)}.\n")
    return 1
