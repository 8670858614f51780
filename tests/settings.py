"""The settings for tools that read the code without serving anything (mypy's Django plugin)."""

import os

from config.env import NOWHERE

for name, value in NOWHERE.items():
    os.environ.setdefault(name, value)

from config.settings import *  # noqa: E402, F403
