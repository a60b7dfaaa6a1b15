"""Where the api answers."""

from __future__ import annotations

from django.urls import path

from callward.api.doors import api

urlpatterns = [path("v1/", api.urls)]
