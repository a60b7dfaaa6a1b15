"""Settings of a house that has nothing but a vault, for processes that tests kill."""

from __future__ import annotations

import os
from pathlib import Path

from build.engines import ON_POSTGRESQL
from callward.config.settings import DATABASES as _WHOLE

DATA = Path(os.environ.get("CALLWARD_DATA", "var/callward")).resolve()
DATABASES = _WHOLE
if not ON_POSTGRESQL:
    DATABASES["default"]["NAME"] = DATA / "callward.sqlite3"
SECRET_KEY = "tests-only"
USE_TZ = True
TIME_ZONE = "UTC"
INSTALLED_APPS = ["callward.vault"]
