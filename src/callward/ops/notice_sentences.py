"""What two policies are compared in: the languages, and what their notices say."""

from __future__ import annotations

from gettext import NullTranslations, translation
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callward.policy import Policy


def sayings_of(policy: Policy, language: str) -> Mapping[str, tuple[str, ...]]:
    """The sentences of each rule of the file; none where the file cannot be put into words."""
    from callward.texts import kinds_of, render  # noqa: PLC0415  # only a comparison writes texts
    from callward.texts.errors import TextsError  # noqa: PLC0415  # as above

    said: dict[str, dict[str, None]] = {}
    try:
        notices = [render(policy, kind=kind, language=language) for kind in kinds_of(policy)]
    except TextsError:  # lint refuses such a file; it can be compared all the same
        return {}
    for notice in notices:
        for section in notice.sections:
            for sentence in section.sentences:
                said.setdefault(sentence.rule, {})[sentence.text] = None
    return {rule: tuple(texts) for rule, texts in said.items()}


def said_of(place: str, sayings: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The sentences made from this key or from a part of it."""
    rules = (rule for rule in sayings if rule == place or rule.startswith(f"{place}."))
    return [text for rule in rules for text in sayings[rule]]


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
