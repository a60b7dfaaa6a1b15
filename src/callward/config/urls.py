"""Which edge answers where."""

from __future__ import annotations

from pathlib import Path

from django.urls import URLPattern, URLResolver, include, path

from callward.ops.health import healthz

_HOUSE = Path(__file__).parent.parent
handler500 = "callward.config.outage.server_error"
urlpatterns: list[URLPattern | URLResolver] = [path("healthz", healthz, name="healthz")]
if (_HOUSE / "api" / "urls.py").exists():
    urlpatterns.append(path("api/", include("callward.api.urls")))
if (_HOUSE / "portal" / "urls.py").exists():
    urlpatterns.append(path("notices/", include("callward.portal.urls")))
if (_HOUSE / "console" / "urls.py").exists():
    urlpatterns.append(path("", include("callward.console.urls")))
