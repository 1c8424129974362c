from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from pops.local.seed import seed_practice
from pops.local.seed.setup import make_first_administrator


class Command(BaseCommand):
    help = "Make the sample practice of the demo. Does nothing when there is a practice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--empty", action="store_true", help="only the first administrator, no practice")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["empty"]:
            made = make_first_administrator()
            self.stdout.write("Made the first administrator." if made else "There is staff already: nothing changed.")
            return
        made = seed_practice(now=timezone.now())
        self.stdout.write("Made the sample practice." if made else "There is a practice already: nothing changed.")
