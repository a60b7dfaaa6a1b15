"""Permits to dial: an outbound call is made for a reason and its reference, once, and soon."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field

from callward.kernel.disk import write_whole
from callward.line.errors import PermitRefusedError
from callward.line.snapshot import E164, Closed, Name

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from callward.line.rules import CallRules


class Permit(Closed):
    """The house side's word that one call may be made (K-03)."""

    permit: Name
    controller: Name
    agent: Name
    number: Annotated[E164, Field(repr=False)]
    reason: Name
    reference: Name
    expires_at: AwareDatetime
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] | None = None


@dataclass(slots=True)
class UsedPermits:
    """Which permits were used; kept on disk, so that a restart makes none valid again."""

    path: Path
    _used: dict[str, float] = field(default_factory=dict)

    def load(self, *, at: datetime) -> None:
        """Read what was used and is not yet over; the rest is refused by its own date."""
        self._used = {}
        lines = self.path.read_bytes().splitlines() if self.path.exists() else []
        for line in lines:
            # A line that a crash cut off was not yet acted upon: it is written before dialling.
            with contextlib.suppress(ValueError):
                permit, expires = json.loads(line)
                if expires > at.timestamp():
                    self._used[permit] = expires
        self._rewrite()

    def use(self, permit: Permit, *, rules: CallRules, at: datetime) -> None:
        """Use up a permit; raises PermitRefusedError for any that is not good now."""
        if permit.expires_at <= at:
            raise PermitRefusedError(why="expired")
        if permit.permit in self._used:
            raise PermitRefusedError(why="used-already")
        if rules.reasons and permit.reason not in rules.reasons:
            raise PermitRefusedError(why="reason-not-permitted")
        self._used[permit.permit] = permit.expires_at.timestamp()
        self._append(permit)

    def _append(self, permit: Permit) -> None:
        opened = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(opened, "ab") as file:
            file.write(_line(permit.permit, permit.expires_at.timestamp()))
            file.flush()
            os.fsync(file.fileno())

    def _rewrite(self) -> None:
        write_whole(self.path, b"".join(_line(*used) for used in self._used.items()))


def _line(permit: str, expires: float) -> bytes:
    return json.dumps([permit, expires]).encode() + b"\n"
