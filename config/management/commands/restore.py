from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import backups
from config.embedded import CannotStart


class Command(BaseCommand):
    help = "Puts the whole database back from a file that `backup` wrote: all of it, or nothing if anything fails."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a file that `manage.py backup` wrote")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            backups.restore(options["file"])
        except (backups.Failed, CannotStart) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"The database is as it was in {options['file']}. Start the app again, or restart it.")
