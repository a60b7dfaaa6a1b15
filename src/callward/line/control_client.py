"""The house side's end of the control channel; knows neither SIP nor audio."""

from __future__ import annotations

import itertools
import json
import socket
from typing import TYPE_CHECKING, Self, cast

from callward.kernel.errors import CallwardError
from callward.line import errors
from callward.line.control_messages import (
    Click,
    Complete,
    ControlEvent,
    Dial,
    HangUp,
    Listen,
    Order,
    Pause,
    Presence,
    Reload,
    Resume,
    Status,
    Stop,
    Transfer,
    line_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Literal

    from callward.line.dial_permits import Permit

Json = dict[str, object]
_PATIENCE = 5.0
_LARGEST = 8 * 1024 * 1024
_BY_CODE = {
    each.code: each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, CallwardError)
}


class LineControl:
    """One connection to the line; raises LineUnreachableError when there is none."""

    def __init__(self, path: Path, *, patience: float = _PATIENCE) -> None:
        self._numbers = itertools.count(1)
        self._heard = b""
        self._events: list[Json] = []
        self._channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._channel.settimeout(patience)
        try:
            self._channel.connect(str(path))
        except OSError:
            self._channel.close()
            raise errors.LineUnreachableError from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up the channel."""
        self._channel.close()

    def dial(self, permit: Permit) -> str:
        """Make a call; answers its reference, or raises PermitRefusedError or NotNowError."""
        return str(self.ask(Dial(permit=permit))["call"])

    def click(self, call: str, agent: str, said: ControlEvent | str) -> None:
        """Say what the person answered."""
        self.ask(Click(call=call, agent=agent, said=ControlEvent(said)))

    def stop(self, call: str, agent: str) -> None:
        """Record no more of this call."""
        self.ask(Stop(call=call, agent=agent))

    def pause(self, call: str, agent: str, reason: str) -> None:
        """Pause the recording."""
        self.ask(Pause(call=call, agent=agent, reason=reason))

    def resume(self, call: str, agent: str) -> None:
        """Go on recording, or take the caller back."""
        self.ask(Resume(call=call, agent=agent))

    def transfer(self, call: str, agent: str, *, to: str) -> None:
        """Pass the call on at once."""
        self.ask(Transfer(call=call, agent=agent, to=to))

    def consult(self, call: str, agent: str, *, to: str) -> None:
        """Ask a colleague while the caller waits."""
        self.ask(Transfer(call=call, agent=agent, to=to, attended=True))

    def complete(self, call: str, agent: str) -> None:
        """Let the colleague take the call."""
        self.ask(Complete(call=call, agent=agent))

    def hang_up(self, call: str, agent: str) -> None:
        """End the call."""
        self.ask(HangUp(call=call, agent=agent))

    def presence(self, agent: str, says: Literal["ready", "away", "wrap-up"]) -> None:
        """Say whether an agent is there."""
        self.ask(Presence(agent=agent, says=says))

    def reload(self) -> None:
        """Let the line read its snapshot anew."""
        self.ask(Reload())

    def status(self) -> Json:
        """The running calls and what stands against recording."""
        return self.ask(Status())

    def ask(self, order: Order) -> Json:
        """Send an order and wait for its answer; raises what the line refuses by."""
        number = next(self._numbers)
        self._send(line_of({"id": number, "order": order.model_dump(mode="json")}))
        while True:
            try:
                content = self._next()
            except TimeoutError:
                raise errors.LineUnreachableError from None
            if "event" in content:
                self._events.append(content)
            elif content.get("id") == number:
                return _answered(content)

    def listen(self) -> Json:
        """Ask for events from now on; answers the status of this moment."""
        return self.ask(Listen())

    def event(self, *, patience: float) -> Json | None:
        """The next event; None when none comes in so many seconds."""
        if self._events:
            return self._events.pop(0)
        self._channel.settimeout(patience)
        try:
            return self._next()
        except TimeoutError:
            return None
        finally:
            self._channel.settimeout(_PATIENCE)

    def events(self) -> Iterator[Json]:
        """Every event as it comes, until the line is gone."""
        self._channel.settimeout(None)
        while True:
            yield self._events.pop(0) if self._events else self._next()

    def _send(self, line: bytes) -> None:
        try:
            self._channel.sendall(line)
        except OSError:
            raise errors.LineUnreachableError from None

    def _next(self) -> Json:
        while b"\n" not in self._heard:
            more = self._more()
            if not more or len(self._heard) > _LARGEST:
                raise errors.LineUnreachableError
            self._heard += more
        line, self._heard = self._heard.split(b"\n", 1)
        return cast("Json", json.loads(line))

    def _more(self) -> bytes:
        try:
            return self._channel.recv(65536)
        except TimeoutError:
            raise
        except OSError:
            return b""


def _answered(content: Json) -> Json:
    if content.get("ok"):
        return content
    kind = _BY_CODE.get(str(content.get("error")), errors.LineError)
    raise kind(**cast("Json", content.get("facts") or {}))
