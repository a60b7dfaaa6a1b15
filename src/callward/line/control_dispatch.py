"""What each order of the house side does at the switchboard."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, assert_never

from callward.line import control_messages as words
from callward.line.snapshot import Presence

if TYPE_CHECKING:
    from collections.abc import Callable

    from callward.line.calls.switchboard import Switchboard

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
