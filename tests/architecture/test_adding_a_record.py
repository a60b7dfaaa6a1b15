"""The recipe for a new record costs what it says, and names only what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
RECIPE = (HOUSE / "docs/explanation/adding-a-record.md").read_text()
FILES = re.findall(r"^\| `((?:src|tests|docs)/[^`]+)` \|", RECIPE, re.MULTILINE)
CENTRAL = [file for file in FILES if "book" not in file]
OWN = [file for file in FILES if "book" in file]
AT_MOST = 40


def test_the_recipe_costs_what_it_says_and_no_more_than_was_promised():
    total, new, edited = re.search(
        r"costs \*\*(\d+)\*\* \((\d+) new, (\d+) edited\)", " ".join(RECIPE.split())
    ).groups()
    assert (len(FILES), len(OWN), len(CENTRAL)) == (int(total), int(new), int(edited))
    assert len(set(FILES)) == len(FILES) <= AT_MOST


@pytest.mark.parametrize("file", CENTRAL)
def test_a_central_file_of_the_recipe_exists(file: str):
    assert (HOUSE / file).is_file()


@pytest.mark.parametrize("file", OWN)
def test_a_file_of_its_own_goes_where_others_have_theirs(file: str):
    folder = (HOUSE / file).parent
    assert (
        folder.is_dir() or folder.parent.is_dir() or folder.parent.parent == HOUSE / "src/callward"
    )
