"""Where the api answers."""

from __future__ import annotations

from django.urls import path

from callward.api.routes import api

urlpatterns = [path("v1/", api.urls)]
