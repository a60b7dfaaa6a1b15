"""Settings of the embedded default: one folder, one command."""

from __future__ import annotations

import os
from pathlib import Path

DATA = Path(os.environ.get("CALLWARD_DATA", "var/callward")).resolve()
CALLWARD_DATA = DATA
SECRET_KEY = os.environ.get("CALLWARD_SECRET", "unsafe-only-for-tests")
DEBUG = False
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
# rooms are added as they are built, bottom up
_ROOMS = [
    "audit",
    "accounts",
    "controllers",
    "subjects",
    "vault",
    "retention",
    "calls",
    "recordings",
    "intake",
    "console",
    "api",
    "ops",
]
INSTALLED_APPS += [
    f"callward.{room}"
    for room in _ROOMS
    if (Path(__file__).parent.parent / room / "apps.py").exists()
]
if "callward.accounts" in INSTALLED_APPS:
    AUTH_USER_MODEL = "accounts.User"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "callward.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; "
                "PRAGMA foreign_keys=ON"
            ),
        },
        "TEST": {"NAME": ":memory:"},
    }
}
