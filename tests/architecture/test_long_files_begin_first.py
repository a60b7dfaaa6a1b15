"""The files that begin first are there, each once; a file that was renamed is named anew."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_every_file_that_begins_first_is_there_and_named_once():
    names = (TESTS / "longest_first.txt").read_text().split()
    assert [name for name in names if not (TESTS.parent / name).is_file()] == []
    assert [name for name, count in Counter(names).items() if count > 1] == []
