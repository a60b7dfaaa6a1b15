"""The addresses of the portal; those below `versions/` stay what they are for ever (C-16)."""

from __future__ import annotations

from django.conf import settings
from django.urls import path, register_converter

from callward.portal.views import notices, versions
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


register_converter(LanguageName, "language")
register_converter(KindName, "kind")
register_converter(FormName, "form")

_HERE = "<slug:slug>/<language:language>/"
_VERSION = f"{_HERE}versions/<str:label>/"

urlpatterns = [
    path("", notices.index, name="portal"),
    path("<language:language>/", notices.index, name="portal-in"),
    path("<slug:slug>/", notices.overview, name="portal-controller"),
    path(_HERE, notices.overview, name="portal-controller-in"),
    path("<slug:slug>/<kind:kind>/", notices.notice, name="portal-notice"),
    path(f"{_HERE}<kind:kind>/", notices.notice, name="portal-notice-in"),
    path(f"{_HERE}<kind:kind>/notice.<form:form>", notices.current, name="portal-file"),
    path(f"{_HERE}cookies/choice/", notices.choose, name="portal-choice"),
    path(f"{_HERE}versions/", versions.version_list, name="portal-versions"),
    path(_VERSION, versions.version, name="portal-version"),
    path(f"{_VERSION}policy.json", notices.policy, name="portal-policy"),
    path(f"{_VERSION}changes/<str:since>/", versions.changes, name="portal-changes"),
    path(f"{_VERSION}<kind:kind>/", versions.archived, name="portal-archived"),
    path(
        f"{_VERSION}<kind:kind>/notice.<form:form>",
        notices.archived,
        name="portal-archived-file",
    ),
    path("<path:rest>", notices.nothing, name="portal-nothing"),
]
