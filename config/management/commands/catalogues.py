from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import translations


class Command(BaseCommand):
    help = "Extracts all sentences into locale/*/LC_MESSAGES/django.po, keeping the translations that are there."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--check", action="store_true", help="change nothing; fail if a catalogue is not complete")
        choice.add_argument("--compile", action="store_true", help="make the .mo files that the app reads")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            wrong = translations.problems()
            if wrong:
                shown = "\n".join(f"  {sentence}" for sentence in wrong)
                raise CommandError(f"{len(wrong)} problems; `make messages` extracts, then translate:\n{shown}")
            self.stdout.write("The catalogues are complete.")
        elif options["compile"]:
            for path in translations.compile_all():
                self.stdout.write(f"{path} made.")
        else:
            for language, (count, waiting) in translations.update_all().items():
                self.stdout.write(f"{language}: {count} sentences, {waiting} wait for a translation.")
