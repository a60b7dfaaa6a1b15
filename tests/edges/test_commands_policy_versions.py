"""No command puts a policy into force: it is drafted by one, approved by another, and waits."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from build.console import code
from build.ops import CLONE, POLICY, callward, leaves_of, new_house
from build.proof_house import ProofHouse
from callward.kernel import clock
from callward.kernel.calendar import start_of_day, zone_named

if TYPE_CHECKING:
    from build.ops import Said

SECRETS = {"radu": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "daiva": "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"}
OF = ["--controller", "therapy-association"]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> ProofHouse:
    """A house with an administrator and an officer, each with a second factor."""
    house = ProofHouse(top=tmp_path_factory.mktemp("versions"))
    new_house(house.folder)
    for name, role in (("radu", "administrator"), ("daiva", "dpo")):
        said = callward(
            house.folder,
            ["staff", "add", name, "--name", name.capitalize()],
            ["staff", "sign", name, *OF],
            ["staff", "appoint", name, *OF, "--role", role],
        )
        assert [one.code for one in said] == [0] * 3, said
    house.steps(*(["second_factor", name, secret] for name, secret in SECRETS.items()))
    return house


@pytest.fixture
def house(made, tmp_path) -> ProofHouse:
    return made.copied(tmp_path)


def run(house: ProofHouse, *words: str, by: str = "") -> Said:
    if by:
        house.steps(["forget_codes"])  # each is taken once, and these commands follow at once
    person = ["--as", by, "--code", code(SECRETS[by])] if by else []
    (said,) = callward(house.folder, [*words, *person, "--json"])
    return said


TODAY = clock.SystemClock().now().date()
LATER = TODAY + timedelta(days=270)


def nine_years(house: ProofHouse, *, effective: date = LATER) -> str:
    """The policy in force with nine years where it says five."""
    text = Path(POLICY).read_text()
    compiled = json.loads(run(house, "policy", "compile", POLICY).out)
    changed = (
        text.replace(
            'version = "2026.1"', f'version = "2026.2"\nprevious = "{compiled["policy_id"]}"'
        )
        .replace("effective = 2026-01-01", f"effective = {effective}")
        .replace('"P5Y"', '"P9Y"')
    )
    assert changed.count("P9Y") > 0
    file = house.top / "nine.toml"
    file.write_text(changed)
    return str(file)


@pytest.mark.req("D-19", "C-16")
def test_nine_years_take_two_people_and_the_days_that_were_promised(house):
    drafted = json.loads(run(house, "policy", "draft", nine_years(house), by="radu").out)
    assert drafted["state"] == "draft"
    ref = drafted["ref"]
    asked = run(house, "policy", "ask", ref, by="radu")
    assert json.loads(asked.out)["state"] == "asked", asked
    alone = run(house, "policy", "approve", ref, by="radu")
    assert alone.code == 1
    assert "radu" not in alone.err
    approved = json.loads(run(house, "policy", "approve", ref, by="daiva").out)
    assert approved["state"] == "approved"
    begins = start_of_day(LATER, zone=zone_named("Europe/Bucharest"))
    assert datetime.fromisoformat(approved["publish_at"]) == begins
    (listed,) = json.loads(run(house, "policy", "versions", *OF).out)
    assert (listed["ref"], listed["state"]) == (ref, "approved")
    events = [event for event, _facts in leaves_of(house.folder)]
    for event in ("drafted", "approval-asked", "approved"):
        assert f"notices.edition.{event}" in events
    assert "controllers.policy.activated" not in events[events.index("notices.edition.drafted") :]


def test_a_day_before_people_were_told_is_refused(house):
    file = nine_years(house, effective=TODAY + timedelta(days=1))
    drafted = json.loads(run(house, "policy", "draft", file, by="radu").out)
    refused = run(house, "policy", "ask", drafted["ref"], by="radu")
    assert refused.code == 1
    assert "notice-too-short" in refused.err


def test_a_wrong_code_is_nobody_and_changes_nothing(house):
    file = nine_years(house)
    (said,) = callward(house.folder, ["policy", "draft", file, "--as", "radu", "--code", "000000"])
    assert said.code == 1
    assert "wrong-code" in said.err
    assert json.loads(run(house, "policy", "versions", *OF).out) == []


def test_an_asked_version_is_turned_down_and_withdrawn(house):
    ref = json.loads(run(house, "policy", "draft", nine_years(house), by="radu").out)["ref"]
    run(house, "policy", "ask", ref, by="radu")
    down = run(house, "policy", "turn-down", ref, by="daiva")
    assert down.code == 0, down
    assert json.loads(down.out)["state"] == "draft"
    assert json.loads(run(house, "policy", "withdraw", ref, by="radu").out)["state"] == "withdrawn"


def test_only_the_publication_of_an_approved_version_puts_a_policy_into_force():
    asking = [
        str(path.relative_to(CLONE / "src" / "callward"))
        for path in (CLONE / "src" / "callward").rglob("*.py")
        if "activate_policy" in path.read_text()
    ]
    assert sorted(asking) == ["controllers/services.py", "notices/publication.py"]
