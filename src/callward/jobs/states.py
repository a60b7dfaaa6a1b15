"""What a piece of work can be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class JobState(StrEnum):
    """How far a piece of work is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One piece of work as it was handed over."""

    task: str
    args: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """One piece of work as screens show it: no arguments, no traces."""

    id: str
    task: str
    state: JobState
    attempts: int
