"""The words that stand in addresses of the portal."""

from __future__ import annotations

from django.conf import settings

from callward.texts.states import Format, NoticeKind


class _Word:
    """A word out of a closed list."""

    def to_python(self, value: str) -> str:
        """The word itself."""
        return value

    def to_url(self, value: str) -> str:
        """The word itself."""
        return str(value)


class LanguageName(_Word):
    """A language that notices are written in."""

    regex = "|".join(code for code, _name in settings.LANGUAGES)


class KindName(_Word):
    """A kind of notice."""

    regex = "|".join(kind.value for kind in NoticeKind)


class FormName(_Word):
    """A form in which notices are archived; the longer word first."""

    regex = "|".join(sorted((form.value for form in Format), key=len, reverse=True))
