"""The addresses of the portal; those below `versions/` stay what they are for ever (C-16)."""

from __future__ import annotations

from django.urls import path, register_converter

from callward.portal.converters import FormName, KindName, LanguageName
from callward.portal.views import choosing, files, reading, versions

register_converter(LanguageName, "language")
register_converter(KindName, "kind")
register_converter(FormName, "form")

_HERE = "<slug:slug>/<language:language>/"
_VERSION = f"{_HERE}versions/<str:label>/"

urlpatterns = [
    path("", reading.index, name="portal"),
    path("<language:language>/", reading.index, name="portal-in"),
    path("<slug:slug>/", reading.overview, name="portal-controller"),
    path(_HERE, reading.overview, name="portal-controller-in"),
    path("<slug:slug>/<kind:kind>/", reading.notice, name="portal-notice"),
    path(f"{_HERE}<kind:kind>/", reading.notice, name="portal-notice-in"),
    path(f"{_HERE}<kind:kind>/notice.<form:form>", files.current, name="portal-file"),
    path(f"{_HERE}cookies/choice/", choosing.choose, name="portal-choice"),
    path(f"{_HERE}versions/", versions.version_list, name="portal-versions"),
    path(_VERSION, versions.version, name="portal-version"),
    path(f"{_VERSION}policy.json", files.policy, name="portal-policy"),
    path(f"{_VERSION}changes/<str:since>/", versions.changes, name="portal-changes"),
    path(f"{_VERSION}<kind:kind>/", versions.archived, name="portal-archived"),
    path(f"{_VERSION}<kind:kind>/notice.<form:form>", files.archived, name="portal-archived-file"),
    path("<path:rest>", reading.nothing, name="portal-nothing"),
]
