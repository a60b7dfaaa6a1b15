"""Settings of the embedded default: one folder, one command."""

from __future__ import annotations

import secrets
from datetime import timedelta

from callward.config.database_settings import database_settings
from callward.config.web_settings import *  # noqa: F403  # sign-in, templates, headers: one file each
from callward.config.web_settings import WEB_APPS
from callward.ops.data_folder import chosen_folder

# What the deployment may choose; everything else is decided here.
FOLDER = chosen_folder()
CHOSEN = FOLDER.chosen
DEBUG = CHOSEN.web.debug
ALLOWED_HOSTS = list(CHOSEN.web.hosts)
CALLWARD_DATA = FOLDER.root
CALLWARD_REGION = FOLDER.region()  # where this machine stands: RO, DE, EU …
CALLWARD_UPLOAD_BYTES = 64 * 1024 * 1024
CALLWARD_DIAL_PERMIT = timedelta(minutes=2)  # how long a permit to dial waits for the line
CALLWARD_SPOOL_DAYS = timedelta(days=16)  # the keys of older spool days are destroyed

# Without the file of the first start sessions die with the program, and start-up refuses to serve.
SECRET_IS_KEPT = FOLDER.secret.is_file()
SECRET_KEY = FOLDER.secret.read_text() if SECRET_IS_KEPT else secrets.token_urlsafe(50)

USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "callward.config.urls"
ASGI_APPLICATION = "callward.config.asgi.application"
if CHOSEN.web.behind_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if CHOSEN.web.over_tls:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
    SECURE_HSTS_SECONDS = 31_536_000

# Django spools a body to disk, in clear, once it outgrows this number: so no accepted body does.
FILE_UPLOAD_MAX_MEMORY_SIZE = CALLWARD_UPLOAD_BYTES + 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
_ROOMS = (
    "audit accounts controllers subjects vault retention consents calls recordings intake "
    "notices telephony promises console portal api ops config"
)
INSTALLED_APPS += [f"callward.{room}" for room in _ROOMS.split()] + WEB_APPS
AUTH_USER_MODEL = "accounts.User"

DATABASES = {"default": database_settings(CHOSEN.database, FOLDER.database)}

LOGGING_CONFIG = "callward.ops.redaction.configure"
LOGGING = {"file": FOLDER.log if FOLDER.log.parent.is_dir() else None}
