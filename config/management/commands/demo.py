from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo import COMPANIES, people
from config.demo.telling import NotEmpty, tell_at_once


class Command(BaseCommand):
    help = "Loads the two demo companies into an empty database. A second time changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = tell_at_once(timezone.now())
        except NotEmpty as refusal:
            raise CommandError(str(refusal)) from refusal
        if not told:
            self._say(options, "The demo companies are here already; nothing changed.")
            return
        names = " and ".join(company.name for company in COMPANIES)
        self._say(options, f"Loaded {names} with {len(people())} people.")

    def _say(self, options: dict[str, Any], words: str) -> None:
        if options["verbosity"]:
            self.stdout.write(words)
