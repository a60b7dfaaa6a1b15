"""Settings of a house that has nothing but a vault, for processes that tests kill."""

from __future__ import annotations

from callward.config import settings as whole

DATA = whole.DATA
CALLWARD_DATA = whole.DATA
DATABASES = whole.DATABASES
SECRET_KEY = "tests-only"
USE_TZ = True
TIME_ZONE = "UTC"
INSTALLED_APPS = ["callward.vault"]
