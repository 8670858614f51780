"""The app's settings with the floors' addresses."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
