import errno
import gc
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from redis import Redis, RedisError

from areas.models import Organization
from config import demo, translations
from config.demo import passing, telling
from config.running import UNREACHABLE


class Command(BaseCommand):
    help = "Brings everything up to date before the pages open: translations, static files, database, demo company."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=Path, help="write the demo people to this file, for the welcome")

    def handle(self, *args: Any, **options: Any) -> None:
        # A short life: looking for what could be thrown away took a fifth of it.
        gc.disable()
        if translations.compile_all(only_older=True):
            self._say("Translations: compiled.")
        if os.environ.get("COLLECT_STATIC") == "1":
            collect_static()
        reach_services()
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if waiting:
            self._say(f"Database: {len(waiting)} migrations …")
            call_command("migrate", interactive=False, verbosity=0)
        people: list[tuple[str, str, str]] = []
        if settings.DEMO:
            passing.restore()
            with suppress(telling.NotEmpty):
                if telling.untold():
                    self._say("Demo company: loading …")
                    call_command("demo", verbosity=0)
            if Organization.objects.filter(is_demo=True).exists():
                people = demo.people()
        if options["people"]:
            options["people"].write_text(json.dumps(people), encoding="utf-8")
        self._say("Database: ready.")
        # Nor at the end of it, which the pages wait for.
        gc.freeze()

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()


def collect_static() -> None:
    """Raises CommandError with a sentence if the files cannot be written where they are to lie."""
    try:
        call_command("collectstatic", interactive=False, verbosity=0)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise CommandError(
            f"STATIC_ROOT is {str(settings.STATIC_ROOT)!r}, where styles and scripts cannot be written "
            f"({error.strerror}): write the path of a folder that may be written to.",
            returncode=UNREACHABLE,
        ) from error


def reach_services() -> None:
    """Raises CommandError with a sentence if a server that the environment names does not answer or lets us not in."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise _unreachable("DATABASE_URL", "the database", error) from error
    try:
        with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=5, socket_timeout=5) as server:
            server.ping()
    except RedisError as error:
        raise _unreachable("REDIS_URL", "Valkey (or Redis)", error) from error


def _unreachable(name: str, what: str, error: Exception) -> CommandError:
    reason = " ".join(str(error).split()).rstrip(".")
    return CommandError(
        f"{name} names {what} that cannot be reached ({reason}): start it, or write its host, port, user and password.",
        returncode=UNREACHABLE,
    )
