#!/usr/bin/env python3
import os
import sys

from config import running, supervisor
from config.env import NOWHERE

# These look at the code only: they need neither a database nor a secret.
SERVICELESS = {"catalogues", "check", "collectstatic", "diffsettings", "help", "makemigrations", "makemessages"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command == "up":
        sys.exit(supervisor.main())
    running.join(os.environ)
    if command in SERVICELESS:
        os.environ.setdefault("DEBUG", "1")
        for name, value in NOWHERE.items():
            if not os.environ.get(name) and not os.environ.get(f"{name}_FILE"):
                os.environ[name] = value
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
