"""The phone line of the demonstration: real calls over SIP, on this machine alone."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from callward.calls.selectors import CallFilters
from callward.kernel import clock
from callward.kernel.errors import CallwardError
from callward.kernel.numbers import PhoneNumber
from callward.ops.command_files import write_new_file
from callward.ops.demo import cast
from callward.ops.demo.telephone import Telephone
from callward.ops.errors import CheckFailedError
from callward.ops.supervision import callward_command
from callward.recordings import selectors as recordings
from callward.telephony import selectors as calls, services as telephony
from callward.telephony.errors import LineDownError
from callward.telephony.states import NobodyThere, PresenceState, Strategy
from callward.telephony.values import NumberFacts, OutboundFacts, PhoneFacts, QueueFacts, TrunkFacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from callward.controllers.selectors import ControllerView
    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.ops.data_folder import DataFolder

SHOWN = "smart-metering"  # it asks: one key agrees, another refuses
LINE_NUMBER = "+442079460201"
MARA, PETRAS = "+442079460777", "+12025550143"
AGREE, REFUSE = "1", "9"
_BEFORE, _AFTER, _AGENT = 500, 1000, 1500  # hertz
_ANSWERED_WITHIN, _CALL_WITHIN, _LINE_WITHIN, _ENDS_WITHIN = 10.0, 60.0, 20.0, 15.0
_TALK = 2.0
_STEP = 0.2
_CALLS = 4


class _Who(TypedDict):
    """For whom, by whom and when something is set up."""

    controller_ref: Ref
    actor: Actor
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The telephones around the line: two agents, and the carrier's far end."""

    ana: Telephone
    boris: Telephone
    carrier: Telephone
    line: tuple[str, int]

    def close(self) -> None:
        """Put every telephone away."""
        for one in (self.ana, self.boris, self.carrier):
            one.close()


def connect(controller: ControllerView, folder: DataFolder, *, actor: Actor) -> None:
    """Give a controller a carrier, a number, two queues and two agents' phones."""
    ports = {name: _free_port() for name in ("line", "ana", "boris", "carrier")}
    write_new_file(_ports_file(folder), json.dumps(ports).encode())
    tell_port(folder)
    cast.join(controller.ref, {"ana": "201", "boris": "202"}, actor=actor, at=clock.now())
    _settle(controller.ref, ports, actor=actor)
    for name in ("ana", "boris"):
        with contextlib.suppress(LineDownError):  # it is kept, and the line reads it when it starts
            telephony.say_presence(
                PresenceState.READY,
                user_ref=cast.user_of(name),
                controller_ref=controller.ref,
                at=clock.now(),
            )
    telephony.publish_snapshot(clock.now())


def tell_port(folder: DataFolder) -> None:
    """Let every program started from here know where the line listens."""
    os.environ["CALLWARD_SIP_PORT"] = str(json.loads(_ports_file(folder).read_text())["line"])


def exchange_of(folder: DataFolder) -> Exchange:
    """Take the telephones of a demonstration off their hooks."""
    ports = json.loads(_ports_file(folder).read_text())
    return Exchange(
        ana=Telephone("201", hertz=_AGENT, answers=True, port=ports["ana"]),
        boris=Telephone("202", hertz=_AGENT, answers=True, port=ports["boris"]),
        carrier=Telephone(PETRAS, hertz=_BEFORE, answers=True, port=ports["carrier"]),
        line=("127.0.0.1", ports["line"]),
    )


def _ports_file(folder: DataFolder) -> Path:
    return folder.root / "phones.json"


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _settle(controller_ref: Ref, ports: Mapping[str, int], *, actor: Actor) -> None:
    who = _Who(controller_ref=controller_ref, actor=actor, at=clock.now())
    trunk = telephony.save_trunk(
        TrunkFacts(
            name="Example Carrier",
            host="127.0.0.1",
            port=ports["carrier"],
            allow=("127.0.0.1/32",),
        ),
        **who,
    )
    service = _open_queue("service", "201", ports["ana"], who)
    _open_queue("unrecorded", "202", ports["boris"], who)
    telephony.save_number(
        NumberFacts(number=LINE_NUMBER, queue_ref=service, trunk_ref=trunk, languages=("en",)),
        **who,
    )
    way_out = OutboundFacts(
        trunk_ref=trunk, shown_number=LINE_NUMBER, ring_seconds=20, voicemail_seconds=None
    )
    telephony.save_outbound(way_out, **who)


def _open_queue(name: str, phone: str, port: int, who: _Who) -> Ref:
    """One queue with one agent's phone in it."""
    made = telephony.add_phone(PhoneFacts(phone=phone, address="127.0.0.1", port=port), **who)
    facts = QueueFacts(
        name=name,
        title=name.capitalize(),
        strategy=Strategy.RING_ALL,
        ring_seconds=20,
        wait_seconds=60,
        nobody=NobodyThere.CALLBACK,
        phones=(made.ref,),
        always_open=True,
        takes_unrecorded=name == "unrecorded",
    )
    return telephony.save_queue(facts, **who)


@contextlib.contextmanager
def line_open(folder: DataFolder) -> Iterator[None]:
    """Run `callward line` beside us, and end it in order."""
    env = {**os.environ, "CALLWARD_DATA": str(folder.root)}
    with subprocess.Popen(  # noqa: S603  # our own command
        callward_command("line"), env=env, stdin=subprocess.DEVNULL
    ) as line:
        try:
            wait_for_line(folder, line)
            yield
        finally:
            line.terminate()
            try:
                line.wait(_ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                line.kill()


def wait_for_line(folder: DataFolder, line: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until the line takes orders; raises CheckFailedError when it ended instead."""
    control, watch = folder.root / "line" / "control.sock", threading.Event()
    for _step in range(int(_LINE_WITHIN / _STEP)):
        if control.exists() and _answers(control):
            return
        if line is not None and line.poll() is not None:
            break
        watch.wait(_STEP)
    raise CheckFailedError(count=1)


def _answers(control: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as knock, contextlib.suppress(OSError):
        knock.connect(str(control))
        return True
    return False


def show_calls(controller: ControllerView, folder: DataFolder) -> dict[str, int]:
    """Take two calls and place two, each with a yes and with a no; count what is kept."""
    exchange = exchange_of(folder)
    ring_in_twice(exchange)
    for agreed in (True, False):
        _ring_out(controller, exchange, agreed=agreed)
    exchange.close()
    return dict(sorted(_collect(controller).items()))


def ring_in_twice(exchange: Exchange) -> None:
    """Two people call at once: Mara agrees to the recording, Petras refuses it."""
    callers = [
        threading.Thread(target=_ring_in, args=(exchange, MARA, AGREE)),
        threading.Thread(target=_ring_in, args=(exchange, PETRAS, REFUSE)),
    ]
    for one in callers:
        one.start()
    for one in callers:
        one.join(_CALL_WITHIN)


def _ring_in(exchange: Exchange, number: str, key: str) -> None:
    caller = Telephone(number, hertz=_BEFORE)
    caller.dial(LINE_NUMBER, at=exchange.line)
    agent = exchange.ana if key == AGREE else exchange.boris
    if caller.connected.wait(_ANSWERED_WITHIN):
        for _second in range(int(_CALL_WITHIN)):  # a yes counts once the announcement is over
            caller.press(key)
            if agent.connected.wait(1.0):
                break
        caller.over.wait(_TALK)
    caller.close()
    agent.over.wait(_ANSWERED_WITHIN)


def _ring_out(controller: ControllerView, exchange: Exchange, *, agreed: bool) -> None:
    ana, at = cast.user_of("ana"), clock.now()
    call = telephony.dial(
        PhoneNumber(e164=PETRAS),
        reason="earlier-contact",
        reference="T-2026-17",
        language="en",
        user_ref=ana,
        controller_ref=controller.ref,
        at=at,
    )
    exchange.carrier.connected.wait(_ANSWERED_WITHIN)
    for _second in range(int(_CALL_WITHIN)):  # an answer counts once the person was told
        with contextlib.suppress(CallwardError):
            telephony.note_answer(
                call, agreed=agreed, user_ref=ana, controller_ref=controller.ref, at=clock.now()
            )
            break
        exchange.carrier.over.wait(1.0)
    exchange.carrier.over.wait(_TALK)
    exchange.carrier.hang_up()
    exchange.ana.over.wait(_ANSWERED_WITHIN)


def _collect(controller: ControllerView) -> Counter[str]:
    """Take the finished calls out of the spool, as the worker does every few seconds."""
    watch, fates = threading.Event(), Counter[str]()
    for _step in range(int(_ENDS_WITHIN / _STEP)):
        telephony.collect(clock.now())
        fates = _fates(controller)
        if fates.total() >= _CALLS:
            break
        watch.wait(_STEP)
    return fates


def _fates(controller: ControllerView) -> Counter[str]:
    page = recordings.list_calls(controller.ref, CallFilters())
    return Counter(
        f"{row.call.direction}-{line.fate}"
        for row in page.rows
        for line in calls.line_calls(row.call.ref)
    )
