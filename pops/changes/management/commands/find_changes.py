"""To be run when check_books says that the feed passed something over, such as a receipt that was put back by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from pops.changes.sequencing import sequence_changes


class Command(BaseCommand):
    """`manage.py find_changes`: see docs/webhooks.md."""

    help = "Look through all tables from their beginning for what is not in the change feed, and append it."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Found {sequence_changes(from_start=True)} changes that were not in the feed.")
