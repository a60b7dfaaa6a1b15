"""The addresses of the portal; those below `versions/` stay what they are for ever (C-16)."""

from __future__ import annotations

from django.urls import path, register_converter

from callward.portal.converters import FormName, KindName, LanguageName
from callward.portal.views import archive_files, cookies, notices, versions

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
    path(f"{_HERE}<kind:kind>/notice.<form:form>", archive_files.current, name="portal-file"),
    path(f"{_HERE}cookies/choice/", cookies.choose, name="portal-choice"),
    path(f"{_HERE}versions/", versions.version_list, name="portal-versions"),
    path(_VERSION, versions.version, name="portal-version"),
    path(f"{_VERSION}policy.json", archive_files.policy, name="portal-policy"),
    path(f"{_VERSION}changes/<str:since>/", versions.changes, name="portal-changes"),
    path(f"{_VERSION}<kind:kind>/", versions.archived, name="portal-archived"),
    path(
        f"{_VERSION}<kind:kind>/notice.<form:form>",
        archive_files.archived,
        name="portal-archived-file",
    ),
    path("<path:rest>", notices.nothing, name="portal-nothing"),
]
