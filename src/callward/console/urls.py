"""The addresses of the console."""

from __future__ import annotations

from django.urls import include, path

from callward.console.pages import addresses
from callward.console.views.home import language

urlpatterns = [
    *addresses(),
    path("", include("callward.console.signin.urls")),
    path("language/", language, name="language"),
]
