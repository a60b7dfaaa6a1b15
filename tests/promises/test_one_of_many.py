"""“We erase yours and touch nobody else's”: one recording out of twenty thousand of one epoch."""

from __future__ import annotations

import os
import sqlite3
from datetime import date
from hashlib import sha256
from uuid import UUID

import pytest
from django.db import connection, transaction

from build import retention as build
from build.controllers import controller
from build.engines import ON_FILES_ONLY, ON_POSTGRESQL
from build.vault import ROOT_KEY, speech, unplug_vault
from callward.controllers import selectors as controllers
from callward.holdings.kinds import RECORDING
from callward.kernel import clock
from callward.policy.vocabulary_notice import ErasureGround
from callward.retention import ports, services
from callward.retention.models import Item
from callward.retention.values import NewItem
from callward.vault import services as vault
from callward.vault.adapters import plug_file_vault
from callward.vault.errors import RecordingGoneError, VaultError
from callward.vault.states import ToSeal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.req("D-03", "D-04"),
]

MANY, GROUP, SIZE, SAMPLE = 20_000, 2_000, 96, 200
DIES_ON = date(2026, 4, 28)


def audio(number: int) -> bytes:
    return speech(f"recording {number}", size=SIZE)


def keep_many(controller_ref) -> list[UUID]:
    """Twenty thousand recordings of one day: one epoch, a wrap and an object each."""
    at = clock.now()
    policy = controllers.policy_in_force(controller_ref, at=at)
    plan = services.plan(policy, RECORDING, controller_ref=controller_ref, happened_at=build.CALLED)
    refs: list[UUID] = []
    for first in range(0, MANY, GROUP):
        numbers = range(first, first + GROUP)
        group = vault.seal_group([ToSeal(audio=audio(n), epoch=plan.epoch) for n in numbers], at=at)
        facts = {"controller_ref": controller_ref, "plan": plan, "started_at": build.CALLED}
        with transaction.atomic():
            vault.register(group, controller_ref=controller_ref, at=at)
            services.register([NewItem(ref=one.ref, mark="", **facts) for one in group], at=at)
        refs += [one.ref for one in group]
    return refs


def wraps(folders) -> dict[UUID, str]:
    """Each row of the file of wraps, as a digest."""
    found = {}
    for path in folders.keys.glob("*.sqlite3"):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%wrap%'"
            for (table,) in database.execute(tables).fetchall():
                for row in database.execute(f'SELECT * FROM "{table}"'):
                    ref = next(v for v in row if isinstance(v, bytes) and len(v) == 16)
                    found[UUID(bytes=ref)] = sha256(repr(row).encode()).hexdigest()
    return found


def objects(folders) -> dict[str, tuple[int, int, int]]:
    """Every sealed object by its name, with what the disk knows of it."""
    found = {}
    for top, _folders, names in os.walk(folders.objects):
        for name in names:
            stat = os.stat(os.path.join(top, name))  # noqa: PTH116, PTH118  # many thousand times
            found[name] = (stat.st_size, stat.st_mtime_ns, stat.st_ino)
    return found


def require_playing(refs: list[UUID], erased: int) -> None:
    """Every hundredth recording, and the neighbours of the erased one, byte for byte."""
    sample = {*range(0, MANY, MANY // SAMPLE), erased - 1, erased + 1} - {erased}
    assert len(sample) >= SAMPLE
    for number in sorted(sample):
        assert vault.read_range(refs[number], "audio", 0, SIZE) == audio(number)
    with pytest.raises(RecordingGoneError):
        vault.open_part(refs[erased])
    with pytest.raises(VaultError):
        vault.read_range(refs[erased], "audio", 0, SIZE)


@pytest.fixture
def database(tmp_path):
    """A database in a file, since a backup of one in memory cannot be put back."""
    return tmp_path / "restored.sqlite3"


@pytest.fixture
def house(tmp_path, settings):
    settings.CALLWARD_DATA = tmp_path
    yield build.plug_house(tmp_path)
    unplug_vault()
    ports.signer.unbind()


def replace_rows_by(path) -> None:
    """Let the running database be what was restored, as a new start on the file would."""
    if ON_POSTGRESQL:  # they were put back into the running one
        return
    connection.ensure_connection()
    with sqlite3.connect(path) as restored:
        restored.execute("PRAGMA journal_mode=DELETE")
        restored.backup(connection.connection)


@ON_FILES_ONLY
def test_erasing_one_touches_none_of_the_others_and_a_restore_brings_back_none(
    house, database, tmp_path
):
    refs = keep_many(controller().ref)
    assert len(set(refs)) == MANY
    assert len({*Item.objects.values_list("epoch", flat=True)}) == 1
    saved = tmp_path / "yesterday.backup"
    vault.back_up(saved, at=clock.now(), dies_on=DIES_ON)
    wraps_before, objects_before = wraps(house), objects(house)
    assert len(wraps_before) == len(objects_before) == MANY
    erased = MANY // 3
    gone = refs[erased]

    services.erase(gone, ground=ErasureGround.OBJECTION, actor=build.RUNNER, at=clock.now())

    wraps_after, objects_after = wraps(house), objects(house)
    assert {ref: wraps_before[ref] for ref in refs if ref != gone} == wraps_after
    assert objects_after.items() < objects_before.items()
    [missing] = objects_before.keys() - objects_after.keys()
    assert gone.hex in missing
    assert Item.objects.count() == MANY - 1
    require_playing(refs, erased)

    connection.close_if_unusable_or_obsolete()
    vault.restore(saved, database=database, at=clock.now())
    replace_rows_by(database)
    plug_file_vault(objects=house.objects, keys=house.keys, root_key=ROOT_KEY)
    assert vault.awaiting_replay()
    vault.replay(at=clock.now())

    assert not vault.awaiting_replay()
    assert wraps(house) == wraps_after
    assert objects(house).keys() == objects_after.keys()
    assert Item.objects.count() == MANY - 1
    assert not Item.objects.filter(ref=gone).exists()
    require_playing(refs, erased)
    assert vault.scan().residue_bytes == 0
