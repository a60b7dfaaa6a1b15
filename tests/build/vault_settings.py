"""Settings of a house that has nothing but a vault, for processes that tests kill."""

from __future__ import annotations

import os
from pathlib import Path

from callward.config.settings import DATABASES as _WHOLE

DATA = Path(os.environ.get("CALLWARD_DATA", "var/callward")).resolve()
DATABASES = {"default": {**_WHOLE["default"], "NAME": DATA / "callward.sqlite3"}}
SECRET_KEY = "tests-only"
USE_TZ = True
TIME_ZONE = "UTC"
INSTALLED_APPS = ["callward.vault"]
