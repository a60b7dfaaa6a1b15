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
# {name}, {name|case}, {name|case|or}; {name#one#many} chooses words by how many there are.
_SLOT = re.compile(
    r"\{(?P<name>[a-z_]+)"
    r"(?:(?:\|(?P<form>[a-z]+))?(?:\|(?P<join>or))?|#(?P<one>[^#{}]+)#(?P<many>[^#{}]+))\}"
)
# Bulgarian writes the short article of masculine words in objects; other words are the same.
_SAME_AS_PLAIN = {"bg": "acc"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place in a sentence for a value, the form it takes there and how a list is joined."""

    name: str
    form: str
    join: str = ALL_OF_THEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A place in a sentence whose words depend on whether a list has one item or more."""

    name: str
    one: str
    many: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One whole sentence with its slots."""

    id: str
    pieces: tuple[str | Slot | Choice, ...]

    @property
    def slots(self) -> frozenset[str]:
        """The names of the values that the sentence needs."""
        return frozenset(piece.name for piece in self.pieces if not isinstance(piece, str))


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
        forms = self.words.get(word, {})
        found = forms.get(form)
        if found is None and form == _SAME_AS_PLAIN.get(self.language):
            found = forms.get(PLAIN_FORM)
        if found is None:
            raise SentenceMissingError(language=self.language, sentence=f"{word}|{form}")
        return found


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
    pieces: list[str | Slot | Choice] = []
    at = 0
    for match in _SLOT.finditer(said):
        pieces += [said[at : match.start()], _place(match)]
        at = match.end()
    pieces.append(said[at:])
    literal = "".join(piece for piece in pieces if isinstance(piece, str))
    if not said.strip() or "{" in literal or "}" in literal:
        raise CatalogueBrokenError(language=language, sentence=name)
    return Template(id=name, pieces=tuple(piece for piece in pieces if piece != ""))


def _place(match: re.Match[str]) -> Slot | Choice:
    name, one, many = match["name"], match["one"], match["many"]
    if one and many:
        return Choice(name=name, one=one, many=many)
    return Slot(name=name, form=match["form"] or PLAIN_FORM, join=match["join"] or ALL_OF_THEM)
