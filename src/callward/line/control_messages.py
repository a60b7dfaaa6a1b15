"""The words of the control channel: JSON lines of references; only a dial has a number."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from callward.line.dial_permits import Permit  # pydantic reads it at run time
from callward.line.errors import ControlMessageError
from callward.line.snapshot import Closed, Name

SCHEMA: Literal["callward.line/1"] = "callward.line/1"
LONGEST_LINE = 64 * 1024

Fact = str | int | bool | None
Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]


class ControlEvent(StrEnum):
    """What the agent clicks."""

    AGREED = "agreed"
    REFUSED = "refused"


class Dial(Closed):
    """Make a call on a permit."""

    do: Literal["dial"] = "dial"
    permit: Permit


class Click(Closed):
    """The person said yes or no."""

    do: Literal["click"] = "click"
    call: Name
    agent: Name
    said: ControlEvent


class Stop(Closed):
    """Record no more of this call."""

    do: Literal["stop"] = "stop"
    call: Name
    agent: Name


class Pause(Closed):
    """Pause the recording for a reason of the policy."""

    do: Literal["pause"] = "pause"
    call: Name
    agent: Name
    reason: Word


class Resume(Closed):
    """Go on recording, or take the caller back from a consultation."""

    do: Literal["resume"] = "resume"
    call: Name
    agent: Name


class Transfer(Closed):
    """Pass the call on: at once, or after asking the colleague."""

    do: Literal["transfer"] = "transfer"
    call: Name
    agent: Name
    to: Name
    attended: bool = False


class Complete(Closed):
    """The colleague takes the call."""

    do: Literal["complete"] = "complete"
    call: Name
    agent: Name


class HangUp(Closed):
    """End the call."""

    do: Literal["hang-up"] = "hang-up"
    call: Name
    agent: Name


class Presence(Closed):
    """An agent comes, goes or writes up a call."""

    do: Literal["presence"] = "presence"
    agent: Name
    says: Literal["ready", "away", "wrap-up"]


class Reload(Closed):
    """Read the snapshot anew."""

    do: Literal["reload"] = "reload"


class Status(Closed):
    """Tell the running calls."""

    do: Literal["status"] = "status"


class Listen(Closed):
    """Send events from now on."""

    do: Literal["listen"] = "listen"


Order = (
    Dial
    | Click
    | Stop
    | Pause
    | Resume
    | Transfer
    | Complete
    | HangUp
    | Presence
    | Reload
    | Status
    | Listen
)


class Request(Closed):
    """One line from the house side."""

    form: Literal["callward.line/1"] = Field(alias="schema")
    id: Annotated[int, Field(ge=0)]
    order: Annotated[Order, Field(discriminator="do")]


_REQUEST: TypeAdapter[Request] = TypeAdapter(Request)


def read_request(line: bytes) -> Request:
    """Read one line; raises ControlMessageError, naming the place and never the value."""
    try:
        return _REQUEST.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "line"
        raise ControlMessageError(where=where, kind=first["type"]) from None


def line_of(content: dict[str, object]) -> bytes:
    """One line to the other side."""
    return json.dumps({"schema": SCHEMA} | content, sort_keys=True).encode() + b"\n"
