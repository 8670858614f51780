import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from areas.models import Organization
from config import demo, translations


class Command(BaseCommand):
    help = "Brings everything up to date before the pages open: translations, static files, database, demo company."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=Path, help="write the demo people to this file, for the welcome")

    def handle(self, *args: Any, **options: Any) -> None:
        if translations.compile_all(only_older=True):
            self._say("Translations: compiled.")
        if os.environ.get("COLLECT_STATIC") == "1":
            call_command("collectstatic", interactive=False, verbosity=0)
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if waiting:
            self._say(f"Database: {len(waiting)} migrations …")
            call_command("migrate", interactive=False, verbosity=0)
        people: list[tuple[str, str, str]] = []
        if settings.DEMO:
            if not Organization.objects.exists():
                self._say("Demo company: loading …")
                call_command("demo", verbosity=0)
            if Organization.objects.filter(is_demo=True).exists():
                people = demo.people()
        if options["people"]:
            options["people"].write_text(json.dumps(people), encoding="utf-8")
        self._say("Database: ready.")

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
