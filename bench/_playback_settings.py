"""The product's own settings with one more address."""

from callward.config.settings import *  # noqa: F403  # everything as it is in service

ROOT_URLCONF = "bench._playback_urls"
ALLOWED_HOSTS = ["127.0.0.1"]
