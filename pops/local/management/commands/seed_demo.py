from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from pops.local.seed import seed_practice


class Command(BaseCommand):
    help = "Make the sample practice of the demo. Does nothing when there is a practice."

    def handle(self, *args: Any, **options: Any) -> None:
        made = seed_practice(now=timezone.now())
        self.stdout.write("Made the sample practice." if made else "There is a practice already: nothing changed.")
