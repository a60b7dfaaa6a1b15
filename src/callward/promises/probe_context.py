"""How probes look: questions in plain SQL and plain files, past every model and selector.

Only which controllers there are is asked of a selector.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from callward.controllers import selectors as controllers
from callward.promises import ports
from callward.promises.ends import Revision

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from callward.kernel.references import Ref
    from callward.promises.ports import World
    from callward.promises.probes.retained import Walk

_REVISIONS = """
SELECT policy_id, in_force_from, canonical FROM controllers_policyrevision
WHERE controller_id = %(controller)s AND in_force_from <= %(at)s ORDER BY number
"""
Table = dict[str, "Table | list[Table] | list[str] | str | int | bool"]
Row = tuple[object, ...]
_READ_TOGETHER = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many things a probe looked at, and how many of them break the promise."""

    looked_at: int
    wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeContext:
    """One controller at one instant, with its policies as they were written, not as compiled."""

    controller_ref: Ref
    slug: str
    at: datetime
    policy_id: str
    documents: Mapping[str, Table] = field(repr=False)
    revisions: Sequence[Revision] = field(repr=False)  # the same, in the order of their days
    world: World
    seen: dict[str, Walk] = field(default_factory=dict, repr=False)  # each kind is walked once

    @property
    def document(self) -> Table:
        """The policy in force."""
        return self.documents[self.policy_id]

    def told(self, policy_id: str, started: datetime) -> tuple[Revision, ...]:
        """What was promised of a thing: the policy of its first day, its own and every later one.

        What names no policy of its own was promised what was in force on its first day.
        """
        then = bisect_right(self.revisions, started, key=_since) - 1
        known = (n for n, one in enumerate(self.revisions) if one.policy_id == policy_id)
        own = next(known, max(then, 0))
        first = self.revisions[then : then + 1] if 0 <= then < own else ()
        return (*first, *self.revisions[own:])

    @property
    def zone(self) -> ZoneInfo:
        """The controller's zone."""
        return ZoneInfo(str(self.document["timezone"]))

    @property
    def recording(self) -> Table | None:
        """What the policy in force says of recorded calls."""
        return recording_of(self.document)

    def rows(self, question: str, **given: object) -> Iterator[Row]:
        """Ask the database; `%(controller)s` and `%(at)s` are always known."""
        known = {"controller": self.controller_ref, "at": self.at, **given}
        with connection.cursor() as cursor:
            cursor.execute(question, {name: _sent(value) for name, value in known.items()})
            while found := cursor.fetchmany(_READ_TOGETHER):
                yield from found

    def number(self, question: str, **given: object) -> int:
        """Ask for one number."""
        [(found,)] = self.rows(question, **given)
        return int(cast("int", found))


def _since(revision: Revision) -> datetime:
    return revision.since


def recording_of(document: Table) -> Table | None:
    """The recording activity of a policy as written."""
    return cast("Table | None", table(document, "activity").get("call-recording"))


def table(holder: Table | None, key: str) -> Table:
    """A table of the policy, empty where it is not written."""
    return cast("Table", (holder or {}).get(key) or {})


def words(holder: Table | None, key: str) -> frozenset[str]:
    """A list of words of the policy."""
    return frozenset(cast("list[str]", (holder or {}).get(key) or []))


def instant(stored: object) -> datetime:
    """An instant as the database gives it back."""
    if isinstance(stored, datetime):
        return stored.astimezone(UTC) if stored.tzinfo else stored.replace(tzinfo=UTC)
    found = datetime.fromisoformat(str(stored))
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def reference(stored: object) -> Ref:
    """A reference as the database gives it back."""
    return stored if isinstance(stored, UUID) else UUID(str(stored))


def key_file(name: str) -> Path:
    """One of the two files of the key store."""
    return ports.world.get().keys / f"{name}.sqlite3"


def key_rows(name: str, question: str, *given: object) -> list[Row]:
    """Ask a key file directly, without the key store; an absent file holds nothing."""
    path = key_file(name)
    if not path.is_file():
        return []
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10) as keys:
        found = keys.execute(question, given).fetchall()
    keys.close()
    return found


def keys_left() -> set[str]:
    """The epochs that still have a key."""
    return {str(name) for (name,) in key_rows("keys", "SELECT name FROM epoch")}


def openable() -> dict[Ref, str]:
    """Every recording that somebody with this folder could open now, with its epoch."""
    found = key_rows("wraps", "SELECT w.ref, e.name FROM wrap w JOIN epoch e ON e.id = w.epoch")
    keys = keys_left()
    return {
        UUID(bytes=bytes(cast("bytes", ref))): str(epoch) for ref, epoch in found if epoch in keys
    }


def _sent(value: object) -> Any:
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def glance(controller_ref: Ref, *, at: datetime) -> ProbeContext | None:
    """One controller with its policies as written; None before its first one is in force."""
    empty = ProbeContext(
        controller_ref=controller_ref,
        slug=controllers.controller(controller_ref).slug,
        at=at,
        policy_id="",
        documents={},
        revisions=(),
        world=ports.world.get(),
    )
    revisions = tuple(_revision(row) for row in empty.rows(_REVISIONS))
    if not revisions:
        return None
    return replace(
        empty,
        policy_id=revisions[-1].policy_id,
        documents={one.policy_id: one.document for one in revisions},
        revisions=revisions,
    )


def _revision(row: Row) -> Revision:
    policy_id, since, canonical = row
    document = json.loads(bytes(cast("bytes", canonical)))
    return Revision(policy_id=str(policy_id), since=instant(since), document=document)


def glances(*, at: datetime) -> Iterator[ProbeContext]:
    """Every controller whose policy is in force."""
    for view in controllers.controllers():
        found = glance(view.ref, at=at)
        if found is not None:
            yield found
