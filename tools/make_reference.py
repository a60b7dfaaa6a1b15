"""Write the reference of policy and deployment from the code: keys, words, rules, tables.

Run as `python -m tools.make_reference`; with `--check` it writes nothing and exits 1 when a page
is stale.
"""

from __future__ import annotations

import sys
from pathlib import Path

from callward.policy.key_lines import schema_for_editors
from tools.reference_keys import keys_page
from tools.reference_notices import notices_page
from tools.reference_rules import rules_pages
from tools.reference_settings import settings_page
from tools.reference_tables import tables_page

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"


def pages() -> dict[Path, str]:
    """Every generated page, as it must be today."""
    return {
        REFERENCE / "policy.md": keys_page(),
        REFERENCE / "tables.md": tables_page(),
        REFERENCE / "notices.md": notices_page(),
        REFERENCE / "settings.md": settings_page(),
        REFERENCE / "policy.schema.json": schema_for_editors(),
        **{REFERENCE / "rules" / name: text for name, text in rules_pages().items()},
    }


def stale() -> list[Path]:
    """The pages that differ from what they must be, and those that nobody writes any more."""
    wanted = pages()
    differing = [page for page, text in wanted.items() if _text_of(page) != text]
    orphans = [page for page in (REFERENCE / "rules").glob("*.md") if page not in wanted]
    return sorted(differing + orphans)


def _text_of(page: Path) -> str | None:
    return page.read_text(encoding="utf-8") if page.is_file() else None


def main(arguments: list[str]) -> int:
    """Write what is stale, or with `--check` only say so."""
    found = stale()
    for page in found:
        print(f"stale: {page.relative_to(REFERENCE.parent.parent)}")
    if "--check" in arguments:
        return 1 if found else 0
    wanted = pages()
    for page in found:
        if page in wanted:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(wanted[page], encoding="utf-8")
        else:
            page.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
