"""A signer with a known key, entries, and the guards of append-only tables."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from django.db import connection

from callward.audit import ports, services
from callward.holdings.append_only import make_append_only
from callward.kernel import clock
from callward.kernel.actors import Actor, system_actor
from callward.kernel.references import Ref, new_ref
from callward.recordings.states import RecordingsEvent
from callward.sealing import signatures

TESTER: Actor = system_actor("tests")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSigner:
    """Signs with a seed that tests know."""

    origin: str = "audit.callward.test"
    seed: bytes = sha256(b"audit").digest()

    @property
    def public_key(self) -> bytes:
        return signatures.public_of(self.seed)

    def sign(self, message: bytes) -> bytes:
        return signatures.sign(message, self.seed)


class RememberedLines:
    """Kept lines of tests that restore nothing."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def append(self, line: str) -> None:
        self._lines.append(line)

    def lines(self) -> list[str]:
        return self._lines

    def last(self) -> str | None:
        return self._lines[-1] if self._lines else None


def plug_signer() -> LocalSigner:
    """Give the audit a signer."""
    signer = LocalSigner()
    ports.signer.bind(signer)
    ports.kept.bind(RememberedLines())
    return signer


def append(count: int) -> list[Ref]:
    """Append entries about as many items, each told apart by a fact."""
    items = [new_ref() for _ in range(count)]
    for number, item in enumerate(items):
        services.record(
            RecordingsEvent.RECORDING_KEPT,
            item=item,
            actor=TESTER,
            at=clock.now(),
            segment=number,
        )
    return items


class _Editor:
    """Runs statements inside the test's own transaction."""

    connection = connection

    def execute(self, sql: str, /) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)


def guard(table: str, *, columns: tuple[str, ...] = ()) -> None:
    """Put back the triggers that the test database lifts, until the test ends."""
    make_append_only(_Editor(), table, columns=columns)
