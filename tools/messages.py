"""Collect every sentence people can read, merge it into the catalogues of each language, compile.

Run as `python -m tools.messages`; with `--check` it changes nothing and exits 1 when a catalogue
is stale: a sentence is missing from it, or is no longer said anywhere.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command
from django.core.management.commands import makemessages

HOUSE = Path(__file__).resolve().parent.parent / "src" / "callward"
LANGUAGES = ("ro", "bg", "lt")
# Header lines that change with every run, or that name nobody.
_VOLATILE = re.compile(r'^"(?:POT-Creation-Date|Report-Msgid-Bugs-To):.*\\n"\n', re.MULTILINE)
_UNREAD = shutil.ignore_patterns("static", "__pycache__", "*.mo")


class Collect(makemessages.Command):
    """Django's collector, but a translation that is guessed is worse than none."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]


def catalogue(house: Path, language: str) -> Path:
    """Where the translations of a language lie."""
    return house / "locale" / language / "LC_MESSAGES" / "django.po"


def merged() -> dict[str, str]:
    """Each catalogue as it must be today; sentences that are new have no translation yet."""
    with TemporaryDirectory() as top:
        house = Path(top) / "callward"
        shutil.copytree(HOUSE, house, ignore=_UNREAD)
        with contextlib.chdir(house):
            call_command(
                Collect(),
                locale=list(LANGUAGES),
                no_obsolete=True,
                no_wrap=True,
                no_location=True,
                verbosity=0,
            )
        texts = {language: catalogue(house, language).read_text() for language in LANGUAGES}
    return {language: _VOLATILE.sub("", text) for language, text in texts.items()}


def stale() -> list[Path]:
    """The catalogues that differ from what the source says today."""
    paths = {catalogue(HOUSE, language): text for language, text in merged().items()}
    return [path for path, text in paths.items() if path.read_text() != text]


def bring_up_to_date() -> None:
    """Write the merged catalogues and compile them."""
    for language, text in merged().items():
        path = catalogue(HOUSE, language)
        path.write_text(text)
        compile_one = ["msgfmt", "--check-format", "-o", path.with_suffix(".mo"), path]
        subprocess.run(compile_one, check=True)  # noqa: S603  # our own paths


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        outdated = [path.relative_to(HOUSE).as_posix() for path in stale()]
        if outdated:
            sys.exit(f"Stale: {', '.join(outdated)}; run python -m tools.messages")
    else:
        bring_up_to_date()
