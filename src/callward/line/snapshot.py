"""The file `line.json`: everything that the phone line knows, written whole by the house side.

The line works on the last good one when everything else is down. It holds public keys and the
secrets of phones and trunks, hence mode 0600; it holds nothing that opens a recording.
"""

from __future__ import annotations

import ipaddress
from datetime import date, time
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from callward.kernel.disk import write_whole
from callward.line.errors import SnapshotUnusableError
from callward.line.states import NobodyThere, Strategy
from callward.policy import policy_id_of
from callward.policy.vocabulary import PromptKey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMA: Literal["callward.line-snapshot/1"] = "callward.line-snapshot/1"
LARGEST_SNAPSHOT = 64 * 1024 * 1024


def _network(text: str) -> str:
    ipaddress.ip_network(text)  # raises ValueError, which pydantic names
    return text


def _inside(text: str) -> str:
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError
    return text


E164 = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{4,14}$")]
# A reference goes into ledgers and events, so nothing in it can be an address or a number in E.164.
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,79}$")]
User = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+][A-Za-z0-9._:@+-]{0,79}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.:-]{1,253}$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Network = Annotated[str, AfterValidator(_network)]
Secret = Annotated[str, Field(min_length=1, max_length=200, repr=False)]
Digit = Annotated[str, StringConstraints(pattern=r"^[0-9*#]$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
AssetPath = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_inside)]


class Closed(BaseModel):
    """Unknown keys and loose types are refused, and values never show up in an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, defer_build=True
    )


class Presence(StrEnum):
    """What an agent says of being there."""

    READY = "ready"
    AWAY = "away"
    WRAP_UP = "wrap-up"


class PromptOrigin(StrEnum):
    """Where the file of a prompt lies: with the product, or in the controller's own folder."""

    SHIPPED = "shipped"
    OWN = "own"


class Account(Closed):
    """What answers a digest challenge."""

    user: User
    secret: Secret
    realm: str | None = None


class Trunk(Closed):
    """One carrier: whom calls are taken from, and through whom they are made."""

    ref: Name
    host: Host
    port: Port = 5060
    allow: tuple[Network, ...]  # only these addresses may bring calls (C-14)
    region: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]  # reads national numbers
    credentials: Account | None = None
    registers: bool = False
    register_seconds: Annotated[int, Field(ge=60, le=86400)] = 600
    early_media: bool = False  # announce in a 183, where the carrier carries it
    in_band_digits: bool = False
    takes_refer: bool = False


class Did(Closed):
    """One number that people dial, and where it leads."""

    number: E164
    queue: Name
    languages: tuple[Language, ...] = ()  # offered by digit when more than one; () = controller's
    officer: bool = False  # the protection officer's line: never recorded (S-20)
    trunk: Name | None = None  # None: any trunk may bring it


class Hours(Closed):
    """One span of one weekday in the controller's zone; Monday is 0; 24:00 is written 00:00."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    opens: time
    closes: time


class Queue(Closed):
    """Agents who answer one kind of call."""

    name: Name
    strategy: Strategy = Strategy.LONGEST_IDLE
    agents: tuple[Name, ...]
    ring_seconds: Annotated[int, Field(ge=5, le=120)] = 20
    wait_seconds: Annotated[int, Field(ge=10, le=3600)] = 180
    nobody: NobodyThere = NobodyThere.CALLBACK
    always_open: bool = False


class Agent(Closed):
    """One agent's phone; the person stays a reference."""

    ref: Name
    phone: Name  # the user part, which registers and is rung
    secret: Secret
    allow: tuple[Network, ...] = ()  # () = any address that answers the digest
    address: Host | None = None  # a phone with a fixed address needs no registration
    port: Port = 5060
    presence: Presence = Presence.READY  # until the agent says something else on the channel


class Voicemail(Closed):
    """Whether a caller may leave a message, and how long."""

    longest_seconds: Annotated[int, Field(ge=10, le=600)] = 120


class Prompt(Closed):
    """One prompt: its file, what it says, and by which hash it is known."""

    file: AssetPath
    origin: PromptOrigin = PromptOrigin.SHIPPED
    sha256: Sha256
    text: Annotated[str, Field(min_length=1, max_length=4000)]


class Outbound(Closed):
    """How calls of this controller are made."""

    trunk: Name
    caller: E164  # the number shown
    ring_seconds: Annotated[int, Field(ge=10, le=120)] = 45


class SpoolKey(Closed):
    """The public key that the recordings of one day are sealed to."""

    day: date
    epoch: Name
    public: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]  # X25519, hexadecimal

    @property
    def public_key(self) -> bytes:
        """The key itself."""
        return bytes.fromhex(self.public)


class ControllerLine(Closed):
    """Everything about the calls of one controller."""

    controller: Name
    policy_id: Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
    policy: str  # the canonical JSON, whose digest is the policy id
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]  # the first one is the default
    dids: tuple[Did, ...] = ()
    hours: tuple[Hours, ...] = ()  # () = always open
    holidays: tuple[date, ...] = ()
    queues: tuple[Queue, ...] = ()
    unrecorded_queue: Name | None = None
    officer_queue: Name | None = None
    agents: tuple[Agent, ...] = ()
    voicemail: Voicemail | None = None
    outbound: Outbound | None = None
    prompts: dict[Language, dict[PromptKey, Prompt]] = Field(default_factory=dict)
    spool_keys: tuple[SpoolKey, ...] = ()

    @model_validator(mode="after")
    def names_only_what_it_has(self) -> Self:
        """The policy is the one of its id; queues and agents that are named exist."""
        queues, agents = {each.name for each in self.queues}, {each.ref for each in self.agents}
        named = {each.queue for each in self.dids} | {self.unrecorded_queue, self.officer_queue}
        members = {ref for queue in self.queues for ref in queue.agents}
        if policy_id_of(self.policy.encode()) != self.policy_id:
            raise ValueError
        if not (named - {None} <= queues and members <= agents):
            raise ValueError
        return self

    def queue(self, name: str) -> Queue:
        """The queue of this name; the snapshot was checked to have it."""
        return next(each for each in self.queues if each.name == name)

    def agent(self, ref: str) -> Agent | None:
        """The agent with this reference."""
        return next((each for each in self.agents if each.ref == ref), None)

    def spool_key(self, day: date) -> SpoolKey | None:
        """The key of this day; None when the house side has not published one."""
        return next((each for each in self.spool_keys if each.day == day), None)


class Listen(Closed):
    """Where the line listens, and how it calls itself."""

    host: Host = "127.0.0.1"
    port: Port = 5060
    media_host: Host = "127.0.0.1"  # the address written into SDP
    realm: Host = "callward.example"
    rtp_from: Port = 20000
    rtp_to: Port = 29999


class Limits(Closed):
    """What protects the line from too much."""

    concurrent_calls: Annotated[int, Field(ge=1, le=2000)] = 100
    calls_per_second: Annotated[int, Field(ge=1, le=500)] = 20
    free_megabytes: Annotated[int, Field(ge=0)] = 512  # below this new calls are `blocked`
    session_seconds: Annotated[int, Field(ge=90, le=7200)] = 1800  # RFC 4028
    longest_call_seconds: Annotated[int, Field(ge=60, le=86400)] = 4 * 3600
    silent_seconds: Annotated[int, Field(ge=30, le=86400)] = 180  # nothing from anybody: both left


class Snapshot(Closed):
    """The whole file."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, populate_by_name=True
    )

    form: Literal["callward.line-snapshot/1"] = Field(alias="schema", default=SCHEMA)
    made_at: AwareDatetime
    listen: Listen = Listen()
    limits: Limits = Limits()
    trunks: tuple[Trunk, ...] = ()
    controllers: tuple[ControllerLine, ...] = ()

    @model_validator(mode="after")
    def knows_everything_once(self) -> Self:
        """No number leads to two controllers, no phone to two agents; named trunks exist."""
        for names in (self._numbers(), self._phones(), self._agents(), self._controllers()):
            listed = list(names)
            if len(listed) != len(set(listed)):
                raise ValueError
        trunks = {each.ref for each in self.trunks}
        named = {did.trunk for line in self.controllers for did in line.dids} | {
            line.outbound.trunk for line in self.controllers if line.outbound
        }
        if len(trunks) != len(self.trunks) or not named - {None} <= trunks:
            raise ValueError
        return self

    def _numbers(self) -> Iterator[str]:
        return (did.number for line in self.controllers for did in line.dids)

    def _phones(self) -> Iterator[str]:
        return (agent.phone for line in self.controllers for agent in line.agents)

    def _agents(self) -> Iterator[str]:
        return (agent.ref for line in self.controllers for agent in line.agents)

    def _controllers(self) -> Iterator[str]:
        return (line.controller for line in self.controllers)

    def line_of(self, number: str) -> tuple[ControllerLine, Did] | None:
        """Whose number this is."""
        for line in self.controllers:
            for did in line.dids:
                if did.number == number:
                    return line, did
        return None

    def controller(self, name: str) -> ControllerLine | None:
        """The controller of this id."""
        return next((each for each in self.controllers if each.controller == name), None)

    def agent(self, ref: str) -> tuple[ControllerLine, Agent] | None:
        """The agent with this reference, and for whom the agent works."""
        for line in self.controllers:
            if agent := line.agent(ref):
                return line, agent
        return None

    def trunk(self, ref: str) -> Trunk | None:
        """The trunk with this reference."""
        return next((each for each in self.trunks if each.ref == ref), None)


def write_snapshot(snapshot: Snapshot, path: Path) -> None:
    """Write the whole file at once, for its owner alone; readers see the old or the new one."""
    write_whole(path, snapshot.model_dump_json(by_alias=True, exclude_none=True).encode())


def read_snapshot(path: Path) -> Snapshot:
    """Read it back; raises SnapshotUnusableError, naming the place and never the value."""
    try:
        if path.stat().st_size > LARGEST_SNAPSHOT:
            raise SnapshotUnusableError(where=path.name, kind="too-long")
        return Snapshot.model_validate_json(path.read_bytes())
    except OSError:
        raise SnapshotUnusableError(where=path.name, kind="unreadable") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or path.name
        raise SnapshotUnusableError(where=where, kind=first["type"]) from None
    except RecursionError:
        raise SnapshotUnusableError(where=path.name, kind="too-deep") from None
