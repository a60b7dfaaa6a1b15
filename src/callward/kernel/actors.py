"""Who causes a change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callward.kernel.references import Ref


class ActorKind(StrEnum):
    """The four kinds of hands that can move something."""

    USER = "user"
    SUBJECT = "subject"
    CARRIER = "carrier"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The cause of a change, named by a reference or by a system task, never by a person's name."""

    kind: ActorKind
    ref: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.ref}"


def user_actor(ref: Ref) -> Actor:
    """Name a user of staff."""
    return Actor(kind=ActorKind.USER, ref=str(ref))


def system_actor(task: str) -> Actor:
    """Name a task that Callward runs by itself."""
    return Actor(kind=ActorKind.SYSTEM, ref=task)


def carrier_actor(source: str) -> Actor:
    """Name the source that handed something in."""
    return Actor(kind=ActorKind.CARRIER, ref=source)
