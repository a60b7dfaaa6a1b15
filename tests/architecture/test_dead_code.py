"""What nothing uses is found, wherever its name is read."""

from __future__ import annotations

from tools.dead_code import findings

_MODULE = """
class Row:
    shown = 1

def used_in_a_test(): ...

@page("/")
def handed_over(): ...

def forgotten(): ...
"""


def test_only_what_no_code_no_test_and_no_page_uses_is_dead(tmp_path):
    for part in ("src/callward", "tests", "tools", "bench"):
        (tmp_path / part).mkdir(parents=True)
    (tmp_path / "src/callward/rows.py").write_text(_MODULE)
    (tmp_path / "src/callward/page.html").write_text("{{ row.shown }}")
    (tmp_path / "tests/test_rows.py").write_text("Row, used_in_a_test")
    assert findings(tmp_path) == ["src/callward/rows.py:10: nothing uses function forgotten"]
