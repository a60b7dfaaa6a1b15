"""The sentences and words of one language, read from `words/<language>/*.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from callward.texts.errors import (
    CatalogueBrokenError,
    SentenceMissingError,
    UnknownLanguageError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES = ("en", "ro", "bg", "lt")
PLAIN_FORM = "nom"
_WORDS = Path(__file__).parent / "words"
ALL_OF_THEM = "last"  # “a, b and c”; the other way is “or”
_SLOT = re.compile(r"\{([a-z_]+)(?:\|([a-z]+))?(?:\|(or))?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place in a sentence for a value, the form it takes there and how a list is joined."""

    name: str
    form: str
    join: str = ALL_OF_THEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One whole sentence with its slots."""

    id: str
    pieces: tuple[str | Slot, ...]

    @property
    def slots(self) -> frozenset[str]:
        """The names of the values that the sentence needs."""
        return frozenset(piece.name for piece in self.pieces if isinstance(piece, Slot))


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything that can be said in one language."""

    language: str
    sentences: Mapping[str, Template]
    words: Mapping[str, Mapping[str, str]]

    def template(self, sentence: str) -> Template:
        """The sentence of this id; raises SentenceMissingError."""
        try:
            return self.sentences[sentence]
        except KeyError:
            raise SentenceMissingError(language=self.language, sentence=sentence) from None

    def word(self, word: str, form: str = PLAIN_FORM) -> str:
        """The noun phrase of this id in this form; raises SentenceMissingError."""
        try:
            return self.words[word][form]
        except KeyError:
            missing = f"{word}|{form}"
            raise SentenceMissingError(language=self.language, sentence=missing) from None


def catalogue_of(language: str) -> Catalogue:
    """The catalogue of this language; raises UnknownLanguageError."""
    if language not in LANGUAGES:
        raise UnknownLanguageError(language=language, known=", ".join(LANGUAGES))
    return _read(language)


@cache
def _read(language: str) -> Catalogue:
    sentences: dict[str, Template] = {}
    words: dict[str, Mapping[str, str]] = {}
    for file in sorted((_WORDS / language).glob("*.toml")):
        for name, said in tomllib.loads(file.read_text("utf-8")).items():
            if name in sentences or name in words:
                raise CatalogueBrokenError(language=language, sentence=name)
            if isinstance(said, dict):
                words[name] = MappingProxyType(said)
            else:
                sentences[name] = template_of(name, said, language=language)
    return Catalogue(
        language=language, sentences=MappingProxyType(sentences), words=MappingProxyType(words)
    )


def template_of(name: str, said: str, *, language: str) -> Template:
    """Read one sentence; raises CatalogueBrokenError for a brace that is no slot."""
    pieces: list[str | Slot] = []
    at = 0
    for match in _SLOT.finditer(said):
        slot = Slot(name=match[1], form=match[2] or PLAIN_FORM, join=match[3] or ALL_OF_THEM)
        pieces += [said[at : match.start()], slot]
        at = match.end()
    pieces.append(said[at:])
    literal = "".join(piece for piece in pieces if isinstance(piece, str))
    if not said.strip() or "{" in literal or "}" in literal:
        raise CatalogueBrokenError(language=language, sentence=name)
    return Template(id=name, pieces=tuple(piece for piece in pieces if piece != ""))
