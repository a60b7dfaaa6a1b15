"""A tree that a restore took back says so; one that a hand took back is a fault."""

from __future__ import annotations

import json

import pytest

from build.engines import copy_rows, put_rows
from build.proof_house import proof_house

pytestmark = pytest.mark.req("D-03")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return proof_house(tmp_path_factory.mktemp("prepared"))


@pytest.fixture
def house(prepared, tmp_path):
    return prepared.copied(tmp_path)


def verified(house, *, code=0):
    said = house.command("audit", "verify", "--json", code=code)
    return json.loads(said.out), said.err


def test_a_restore_is_a_known_rollback_that_every_check_names(house):
    size, note = house.steps(["size"], ["note"])
    house.restore()

    found, said = verified(house)

    (rollback,) = found["rollbacks"]
    before, after = rollback["size_before"], rollback["size_after"]
    assert found["ok"]
    assert before == size > after > 0
    assert f"rolled back from {before} to {after} entries by the restore of" in said
    restored, replayed = house.steps(["told"])[0]
    assert restored[0] == "vault.backup.restored"
    assert (restored[1]["before_size"], restored[1]["after_size"]) == (before, after)
    assert replayed[0] == "vault.backup.replayed"
    assert replayed[1]["position_size"] == 3
    assert house.steps(["witnessed", note]) == [[True, []]], "a witness saw what was taken back"
    altered = note.replace("callward/audit", "callward/other")
    assert house.steps(["witnessed", altered]) == [[False, ["checkpoint-altered"]]]


def test_what_is_signed_after_a_restore_stands_beside_the_known_rollback(house):
    house.restore()
    grown, _again = house.steps(["grow"], ["grow"])
    found, _said = verified(house)
    assert (found["ok"], found["faults"], len(found["rollbacks"])) == (True, [], 1)
    assert found["sealed"] > grown


def test_an_older_database_put_there_by_hand_is_a_fault(house, tmp_path):
    older = tmp_path / "older.sqlite3"
    house.command("audit", "verify")
    copy_rows(house.folder, older)
    (signed,) = house.steps(["grow"])
    put_rows(house.folder, older)

    found, _said = verified(house, code=1)

    assert found["faults"] == [{"kind": "tree-rolled-back", "place": signed, "level": 0}]
    assert found["rollbacks"] == []


def test_a_restore_does_not_excuse_what_a_hand_takes_back_later(house, tmp_path):
    house.restore()
    older = tmp_path / "older.sqlite3"
    house.command("audit", "verify")
    copy_rows(house.folder, older)
    (signed,) = house.steps(["grow"])
    put_rows(house.folder, older)
    found, said = verified(house, code=1)
    assert [fault["place"] for fault in found["faults"]] == [signed]
    assert "rolled back from" in said


def test_a_kept_note_that_was_altered_is_named_by_its_line(house):
    first, *others = house.checkpoints.read_text().splitlines()
    house.checkpoints.write_text("\n".join([first.replace("=", "A", 1), *others]) + "\n")
    found, _said = verified(house, code=1)
    assert found["faults"] == [{"kind": "kept-note-altered", "place": 1, "level": 0}]
