"""The destroyed-ledger grows only, says its position and shows every change to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from callward.vault.destroyed_ledger import FileLedger, LedgerEntry
from callward.vault.errors import LedgerBrokenError

AT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


def an_entry(count: int = 1) -> LedgerEntry:
    return LedgerEntry(
        kind="epoch",
        intent=uuid4(),
        at=AT,
        rule="cap P6M",
        epoch="c/1/call-recording/2026-09-29",
        key_id="00" * 8,
        refs=tuple(uuid4() for _ in range(count)),
    )


def test_entries_are_read_back_behind_a_position(tmp_path):
    ledger = FileLedger(tmp_path)
    entries = [an_entry(), an_entry(5000), an_entry(3)]
    assert [ledger.append(entry) for entry in entries] == [1, 2, 3]
    placed = [replace(entry, position=n) for n, entry in enumerate(entries, start=1)]
    assert list(ledger.since(0)) == placed
    assert list(ledger.since(2)) == placed[2:]
    assert ledger.position() == FileLedger(tmp_path).position() == 3


def test_no_ledger_is_an_empty_one(tmp_path):
    ledger = FileLedger(tmp_path)
    assert ledger.position() == 0
    assert list(ledger.since(0)) == []


def test_half_a_line_left_by_a_crash_is_written_over(tmp_path):
    ledger = FileLedger(tmp_path)
    ledger.append(an_entry())
    with ledger.path.open("ab") as file:
        file.write(b"9f00 {half")
    assert ledger.position() == 1
    assert len(list(ledger.since(0))) == 1
    assert ledger.append(an_entry()) == 2
    assert [entry.position for entry in ledger.since(0)] == [1, 2]


def test_half_of_the_first_line_is_no_entry(tmp_path):
    ledger = FileLedger(tmp_path)
    ledger.path.write_bytes(b"9f00 {half")
    assert ledger.position() == 0
    assert ledger.append(an_entry()) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [lines[0].replace(b"P6M", b"P9M"), *lines[1:]],
        lambda lines: [lines[0], lines[2]],
        lambda lines: [lines[1], lines[0], lines[2]],
        lambda lines: [b"nonsense\n", *lines[1:]],
    ],
    ids=["altered", "missing", "reordered", "nonsense"],
)
def test_a_changed_ledger_is_refused(tmp_path, change):
    ledger = FileLedger(tmp_path)
    for _ in range(3):
        ledger.append(an_entry())
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(b"".join(change(lines)))
    with pytest.raises(LedgerBrokenError):
        list(ledger.since(0))


def test_the_ledger_is_readable_by_its_owner_alone(tmp_path):
    ledger = FileLedger(tmp_path)
    ledger.append(an_entry())
    assert ledger.path.stat().st_mode & 0o777 == 0o600
