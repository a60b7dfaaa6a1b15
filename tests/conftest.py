"""The fixed clock and the fixed cast of every test."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection

from callward.holdings.append_only import lift_append_only
from callward.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

# Files that take many seconds begin first, so that at the end no worker runs alone.
LONGEST_FIRST = Path(__file__).with_name("longest_first.txt").read_text().split()

# A summer-time night: in Bucharest, Sofia and Vilnius the hour from 03:00 is skipped soon after.
THE_START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def the_clock() -> Iterator[clock.FixedClock]:
    """Every test starts at the same instant."""
    fixed = clock.FixedClock(THE_START)
    with clock.using(fixed):
        yield fixed


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Passwords are kept as everywhere, by argon2, but at its smallest cost."""
    with pytest.MonkeyPatch.context() as patch:
        for name, cost in (("time_cost", 1), ("memory_cost", 8), ("parallelism", 1)):
            patch.setattr(Argon2PasswordHasher, name, cost)
        yield


APPEND_ONLY = (
    "audit_leaf",
    "audit_checkpoint",
    "audit_destruction",
    "audit_destroyedrange",
    "controllers_policyrevision",
    "notices_document",
)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Transactional tests empty every table; the guards stand again where they are tested."""
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        for table in APPEND_ONLY:
            lift_append_only(editor, table)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long files; inside a file and among the others the order stays."""
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))
