"""A recording is kept, played and destroyed exactly as promised: the demonstration, whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from build.engines import ON_POSTGRESQL
from build.object_store import fresh_place, shared_store
from build.ops import environment
from build.programs import run_program
from callward.vault.objects import LocalObjects, ref_of
from callward.vault.s3_objects import S3Objects

if TYPE_CHECKING:
    from pathlib import Path


def _show(folder: Path, chosen: dict[str, str], *words: str) -> dict[str, object]:
    within = environment(folder) | chosen
    done = run_program("-m", "callward.ops", "demo", "--once", *words, environment=within)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.req("K-06")
@pytest.mark.req("K-07")
@pytest.mark.req("K-08")
@pytest.mark.req("K-09")
@pytest.mark.req("K-10")
@pytest.mark.req("D-03")
@pytest.mark.parametrize("store", ["folder", "s3"])
def test_the_therapists_export_lives_and_ends_as_the_notice_says(tmp_path, store):
    place = fresh_place() if store == "s3" else None
    told = _show(tmp_path / "demo", shared_store().variables(place) if place else {})
    assert told["taken_in"] == told["sealed"] == told["verified"] == 7
    assert told["left_in_clear"] == 0
    assert told["calls"] == {"in-refused": 1, "in-stored": 1, "out-refused": 1, "out-stored": 1}
    assert told["promises_broken"] == []
    assert told["played"] == 1
    assert told["refused"] == 4
    assert told["erased_stays_erased"] is True
    assert told["others_survive_restore"] is True
    assert told["held"] == 1
    assert told["held_still_plays"] is True
    assert told["destroyed"] == 6
    assert told["gone_is_refused"] is True
    assert told["overdue_after"] == 0
    assert told["certificates_verified_offline"] is True
    assert told["residue_bytes"] == 0
    assert told["audit_verified"] is True

    if place:
        (held,) = {ref_of(name) for name in S3Objects(place).names()}
        assert held
        assert list(LocalObjects(tmp_path / "demo" / "objects").names()) == []
    for marker in (b"+442079460", b"Boris", b"Mara", str(tmp_path).encode()):
        logs = b"".join(file.read_bytes() for file in (tmp_path / "demo" / "logs").iterdir())
        assert marker not in logs


@pytest.mark.slow
@pytest.mark.skipif(ON_POSTGRESQL, reason="starts servers of its own; once in a run is enough")
@pytest.mark.req("K-07", "D-03")
def test_the_same_story_on_postgresql_with_a_replica_and_an_object_store(tmp_path):
    told = _show(tmp_path / "demo", {}, "--engines")
    engines = told.pop("engines")
    assert engines["before"] > 0, "what is looked for was there"
    assert set(engines["residue"]) == {
        "tables", "log", "replica", "log of the replica", "objects",
    }  # fmt: skip
    assert set(engines["residue"].values()) == {0}
    assert (told["taken_in"], told["destroyed"], told["residue_bytes"]) == (7, 6, 0)
    assert (told["promises_broken"], told["audit_verified"]) == ([], True)
