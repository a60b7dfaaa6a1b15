"""Every row of the five notices has its place in a policy file, and the page says so truly."""

from __future__ import annotations

import pytest
from tools.requirement_table import PAGE, as_printed, page, rows

from build.policies import SAMPLES, sample_toml
from callward.policy import load

COUNTS = {"K": 38, "S": 21, "I": 20, "M": 13, "C": 38}
OWNER = dict(
    zip(
        "KSIMC",
        (
            "therapy-association",
            "smart-metering",
            "dermatology-clinic",
            "web-shop",
            "voip-provider",
        ),
        strict=True,
    )
)
POLICIES = {name: load(sample_toml(name)) for name in SAMPLES}


def test_every_row_of_every_notice_has_a_place():
    named = {row for _, row, _ in rows()}
    wanted = {f"{notice}-{n:02}" for notice, many in COUNTS.items() for n in range(1, many + 1)}
    assert named == wanted
    assert all(OWNER[row[0]] == name for name, row, _ in rows())


@pytest.mark.parametrize(("name", "row", "place"), [each for each in rows() if ":" not in each[2]])
def test_place_is_written_in_the_complete_policy(name, row, place):
    assert as_printed(POLICIES[name], place), row


def test_every_row_stands_in_the_file_and_not_only_in_the_house():
    for name, row, _ in rows():
        assert any(
            ":" not in place for each, other, place in rows() if (each, other) == (name, row)
        )


def test_the_page_is_fresh():
    assert _without_tests(PAGE.read_text()) == _without_tests(page())


def _without_tests(text: str) -> list[str]:
    # How many tests name a row changes with every test; the rest only with the notices.
    return [line.rpartition(" | ")[0] or line for line in text.splitlines()]
