"""The languages that a command answers in, read from the catalogues without any framework."""

from __future__ import annotations

from gettext import NullTranslations, translation
from pathlib import Path

import click

_CATALOGUES = Path(__file__).parents[1] / "locale"
SOURCE = "en"
LANGUAGES = (SOURCE, "ro", "bg", "lt")

language_option = click.option(
    "--lang",
    "language",
    type=click.Choice(LANGUAGES),
    default=SOURCE,
    show_default=True,
    help="Answer in this language.",
)


def words_in(language: str) -> NullTranslations:
    """The catalogue of a language; English is what the code says."""
    if language == SOURCE:
        return NullTranslations()
    return translation("django", localedir=_CATALOGUES, languages=[language])
