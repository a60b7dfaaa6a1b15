"""The proof of a destruction outlives the database in which it was signed."""

from __future__ import annotations

import json
import shutil
import signal

import pytest

from build.crashing import Steps
from build.proof_house import proof_house
from build.vault_house import House

pytestmark = pytest.mark.req("D-03")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return proof_house(tmp_path_factory.mktemp("prepared"))


@pytest.fixture
def house(prepared, tmp_path):
    return prepared.copied(tmp_path)


def test_certificates_signed_after_the_backup_are_listed_again_after_its_restore(house):
    (before,) = house.steps(["proofs", *house.gone, house.kept])
    assert len(before["listed"]) == 3
    assert all(before["of"][ref] for ref in house.gone)

    told = house.restore()

    assert told["settled"]["certificates_adopted"] == 3
    assert told["settled"]["proofs_refused"] == []
    (after,) = house.steps(["proofs", *house.gone, house.kept])
    assert after == before
    assert after["fate"] == {**dict.fromkeys(house.gone, "gone"), house.kept: "usable"}
    again = json.loads(house.command("restore", "--replay", "--json").out)
    assert again["settled"]["certificates_adopted"] == 0


def test_a_kept_line_that_was_altered_is_reported_and_not_listed(house):
    document, refs, whole = house.certificates.read_text().splitlines()
    stranger = json.loads(refs)
    stranger["refs"] = [house.kept.replace("-", "")]
    changed = document.replace('\\"count\\":1', '\\"count\\":2')
    assert changed != document
    house.certificates.write_text(f"{changed}\n{json.dumps(stranger)}\nno line\n{whole}\n")

    told = house.restore()

    assert told["settled"]["certificates_adopted"] == 1
    refused = told["settled"]["proofs_refused"]
    assert [line.partition(":")[0] for line in refused] == ["1", "2", "3"]
    assert told["said"].count("Not believed") == 3
    (after,) = house.steps(["proofs", house.kept])
    assert list(after["listed"].values()) == [json.loads(whole)["document"]]
    assert after["fate"] == {house.kept: "usable"}


def test_lost_proofs_stop_no_restore_and_bring_nothing_back(house):
    house.certificates.unlink()
    assert house.restore()["settled"]["certificates_adopted"] == 0
    of_the_backup = house.gone[:3]
    (after,) = house.steps(["proofs", *of_the_backup])
    assert after["listed"] == {}
    assert after["fate"] == dict.fromkeys(of_the_backup, "gone")


@pytest.mark.crash
@pytest.mark.parametrize("point", ["retention.signed", "retention.proof-kept"])
def test_a_crash_beside_the_signature_leaves_the_proof_kept(tmp_path, point):
    steps = Steps("retention_crash")
    steps.prepared(tmp_path)
    assert steps.step(tmp_path, "dispose", crash_at=point).returncode == -signal.SIGKILL
    recovered = steps.step(tmp_path, "recover")
    assert recovered.returncode == 0, recovered.stderr
    facts = json.loads(recovered.stdout)
    assert (facts["finished"], facts["certificates"]) == ([1, 0], [3])
    assert facts["disposals"] == ["certified"]
    lines = (tmp_path / "keys" / "certificates.kept").read_text().splitlines()
    assert {len(json.loads(line)["refs"]) for line in lines} == {3}
    assert len({json.loads(line)["document"] for line in lines}) == 1


def test_a_backup_of_the_keys_carries_the_proofs_and_never_shortens_them(tmp_path):
    house, saved = House(tmp_path / "house"), str(tmp_path / "keys.backup")
    house.run(["keep", "one"])
    kept = house.folder / "keys" / "certificates.kept"
    kept.write_text("one\n")
    house.one("back_up_keys", saved)
    kept.write_text("one\ntwo\n")
    house.one("restore_keys", saved)
    assert kept.read_text() == "one\ntwo\n"
    shutil.rmtree(house.folder / "keys")
    house.one("restore_keys", saved)
    assert kept.read_text() == "one\n"
