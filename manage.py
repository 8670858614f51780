#!/usr/bin/env python3
import os
import sys

try:
    from django.core.management import execute_from_command_line

    from config import env, ground, running, supervisor
    from config.embedded import CannotStart
except ModuleNotFoundError as missing:
    sys.exit(f"{missing}: run this as .venv/bin/python manage.py (`make setup` makes .venv), or use `make run`.")

# These look at the code only: they need neither a database nor a secret.
SERVICELESS = {"catalogues", "check", "collectstatic", "diffsettings", "help", "makemigrations", "makemessages"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command == "up":
        sys.exit(supervisor.main())
    if command in SERVICELESS:
        for name, value in env.NOWHERE.items():
            if not os.environ.get(name) and not os.environ.get(f"{name}_FILE"):
                os.environ[name] = value
        return execute_from_command_line(sys.argv)
    running.join(os.environ)
    if running.is_asleep(os.environ):
        with ground.borrowed(os.environ):
            return execute_from_command_line(sys.argv)
    return execute_from_command_line(sys.argv)


if __name__ == "__main__":
    try:
        main()
    except (env.Wrong, CannotStart) as problem:
        sys.exit(str(problem))
