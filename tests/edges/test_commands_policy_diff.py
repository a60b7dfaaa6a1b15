"""`callward policy diff` says per rule what changes, in the reader's language, and counts."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from build.engines import ON_POSTGRESQL, rows_in
from build.ops import CLONE, POLICY, callward, new_house
from callward.holdings.kinds import KINDS
from callward.ops.commands.policies import LANGUAGES
from callward.ops.main import run
from callward.policy.change import sentence_of
from callward.policy.change_effects import Effect

METERING = str(CLONE / "policies" / "smart-metering.toml")
SHOP = str(CLONE / "policies" / "web-shop.toml")
KEPT = """
INSERT INTO retention_item (ref, controller_ref, activity, policy_id, period, start_event,
    started_at, called_at, zone, cap_at, cap_rule, cap_policy_id, due_at, epoch, state)
VALUES (?, ?, 'call-recording', ?, 'P5Y', 'call.initiated', ?, ?, 'Europe/Bucharest', ?,
    'cap-promised', ?, ?, 'x', 'kept')
"""


def said_by(capsys, *words):
    assert run(["policy", "diff", *words]) == 0
    return capsys.readouterr().out


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    monkeypatch.setenv("CALLWARD_DATA", str(tmp_path / "nothing"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_said_in_the_language_that_was_asked(nowhere, capsys, language):
    rows = json.loads(said_by(capsys, METERING, SHOP, "--lang", language, "--json"))["changes"]
    english = {sentence_of(effect) for effect in Effect}
    assert {row["effect"] in english for row in rows} == {language == "en"}
    assert len({row["about"] for row in rows}) > 10
    assert all(row["rule"] and row["about"] and row["effect"] for row in rows)


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "6 months", "3 months"),
        ("ro", "6 luni", "3 luni"),
        ("bg", "6 месеца", "3 месеца"),
        ("lt", "6 mėnesi", "3 mėnesi"),
    ],
)
def test_a_changed_period_is_told_in_the_sentences_of_both_notices(
    nowhere, capsys, tmp_path, language, before, after
):
    shorter = tmp_path / "shorter.toml"
    stands = 'period = "P6M", start = "call.initiated", destroy = "crypto-shred"'
    text = (CLONE / "policies" / "smart-metering.toml").read_text()
    shorter.write_text(text.replace(stands, stands.replace("P6M", "P3M"), 1))
    [row] = json.loads(said_by(capsys, METERING, str(shorter), "--lang", language, "--json"))[
        "changes"
    ]
    assert before in " ".join(row["said_before"])
    assert after in " ".join(row["said_after"])
    told = " ".join(said_by(capsys, METERING, str(shorter), "--lang", language).split())
    assert before.split()[0] in told


def test_a_file_that_cannot_be_put_into_words_is_compared_all_the_same(nowhere, capsys):
    published = str(CLONE / "policies" / "as-published" / "dermatology-clinic.toml")
    clinic = str(CLONE / "policies" / "dermatology-clinic.toml")
    rows = json.loads(said_by(capsys, clinic, published, "--json"))["changes"]
    assert not any(row["said_after"] for row in rows)
    assert any(row["said_before"] for row in rows)


def test_without_a_house_nothing_is_counted_and_the_command_says_so(nowhere, capsys):
    assert "nothing was counted" in said_by(capsys, METERING, SHOP)
    assert json.loads(said_by(capsys, METERING, METERING, "--json")) == {
        "changes": [],
        "kept": None,
    }


def keep_calls_of(folder, days):
    with rows_in(folder) as database:
        [(controller,)] = database.execute("SELECT ref FROM controllers_controller")
        [(policy,)] = database.execute("SELECT policy_id FROM controllers_policyrevision")
        for day in days:
            called, due = f"{day} 10:00:00", f"{int(day[:4]) + 5}{day[4:]} 00:00:00"
            database.execute(
                KEPT.replace("?", "%s") if ON_POSTGRESQL else KEPT,
                (uuid4().hex, controller, policy, called, called, due, policy, due),
            )


@pytest.mark.req("D-07")
def test_in_a_house_the_kept_recordings_are_counted_in_words_and_as_json(tmp_path):
    folder = new_house(tmp_path / "data")
    keep_calls_of(folder, ["2019-03-01", "2026-02-01", "2026-03-01"])
    later = tmp_path / "later.toml"
    stands = 'period = "P5Y", start = "call.initiated", destroy = "crypto-shred"'
    text = (CLONE / "policies" / "therapy-association.toml").read_text()
    later.write_text(text.replace(stands, stands.replace("P5Y", "P30Y"), 1))
    nearer = tmp_path / "nearer.toml"
    nearer.write_text(text.replace(stands, stands.replace("P5Y", "P4Y"), 1))

    told, longer, other = callward(
        folder,
        ["policy", "diff", POLICY, str(nearer), "--lang", "ro"],
        ["policy", "diff", POLICY, str(later), "--json"],
        ["policy", "diff", POLICY, SHOP, "--json"],
    )

    assert told.code == 0, told
    assert "Se păstrează 3 înregistrări." in told.out
    assert "3 dintre ele primesc o dată mai apropiată." in told.out
    assert json.loads(longer.out)["kept"] == {
        "kept": 3,
        "nearer": 0,
        "due_at_once": 0,
        "longer_by_law": 0,
        "unchanged": 3,
    }
    kinds = json.loads(longer.out)["kinds"]
    assert set(kinds) == set(KINDS)
    assert kinds["recording"] == json.loads(longer.out)["kept"]
    assert kinds["audit"]["kept"] == kinds["audit"]["unchanged"] > 0
    table = [line for line in told.out.splitlines() if "Înregistrări" in line]
    assert [word for line in table for word in line.split()[1:]] == ["3", "3", "1", "0", "0"]
    assert "Se încheie mai devreme" in told.out
    assert "Intrări" in told.out
    assert json.loads(other.out)["kept"] is None
