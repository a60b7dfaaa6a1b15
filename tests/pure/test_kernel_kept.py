"""Lines that are kept stay, whatever a crash leaves behind them."""

from __future__ import annotations

import pytest

from callward.kernel.grow_only_file import KeptLines


def test_half_a_line_of_a_crash_is_not_read_and_not_kept(tmp_path):
    path = tmp_path / "keys" / "notes.kept"
    kept = KeptLines(path)
    assert (kept.last(), list(kept.lines())) == (None, [])
    kept.append("first")
    with path.open("ab") as file:
        file.write(b"seco")
    assert (kept.last(), list(kept.lines())) == ("first", ["first"])
    kept.append("second")
    assert path.read_bytes() == b"first\nsecond\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_newest_line_is_found_behind_any_length(tmp_path):
    kept = KeptLines(tmp_path / "notes.kept")
    for line in ("short", "l" * 200_000, "é" * 70_000, ""):
        kept.append(line)
        assert kept.last() == line
    assert [len(line) for line in kept.lines()] == [5, 200_000, 70_000, 0]


def test_a_line_is_one_line(tmp_path):
    kept = KeptLines(tmp_path / "notes.kept")
    with pytest.raises(ValueError, match="a"):
        kept.append("a\nb")
    assert list(kept.lines()) == []
