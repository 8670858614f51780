from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import backups
from config.embedded import CannotStart


class Command(BaseCommand):
    help = "Copies the whole database into one file, while the app runs or not."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file to write, for example eslabon.dump")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            size = backups.backup(options["file"])
        except (backups.Failed, CannotStart) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{options['file']} written ({size / 1024:.0f} KB).")
