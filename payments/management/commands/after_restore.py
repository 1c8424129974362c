"""To be run once after a backup was restored, before anything else is started."""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from payments.models import Refund
from payments.restoring import MARGIN, Remembered, look_around, take_up
from pops.core.money import format_cents
from pops.core.sequences import get_sequence
from receipts.models import Receipt

SHOWN = 100


class Command(BaseCommand):
    """`manage.py after_restore [--apply]`: see docs/restoring.md."""

    help = "Make a restored database safe to work with. Without --apply it only says what it found."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--apply", action="store_true", help="move the sequences on and hold waiting mails back")
        parser.add_argument("--margin", type=int, default=MARGIN, help="numbers to leave free (%(default)s)")

    def handle(self, *args: Any, apply: bool, margin: int, **options: Any) -> None:
        remembered = look_around()
        self._tell(remembered)
        if not apply:
            self.stdout.write("Nothing was changed. With every part of POPS stopped, run it with --apply.")
            return
        held = take_up(remembered, margin=margin, now=timezone.now())
        self.stdout.write(f"Waiting mails held back, which stand under Failed and can be sent again: {held}")
        self.stdout.write(f"The next receipt will be above {get_sequence(Receipt).last}. Now run check_books.")

    def _tell(self, remembered: Remembered) -> None:
        newest = Receipt.objects.order_by("pk").last()
        known = f"{newest.pk}, issued {newest.issued_at:%Y-%m-%d %H:%M} UTC" if newest else "none"
        self.stdout.write(f"The newest receipt in the database: {known}.")
        self._list("Lost receipts that left a PDF", remembered.receipts)
        self._list("Lost closes that left their files", remembered.closes)
        self._list("Files that no row knows", remembered.unknown_files)
        self._list("Refunds to compare with Stripe", [_refund(refund) for refund in remembered.refunds])
        self._list("Payments in review to compare with Stripe", [payment.pk for payment in remembered.reviews])
        self.stdout.write(f"Attempts in the air, about which the sweep asks Stripe: {remembered.in_the_air}")

    def _list(self, what: str, found: Sequence[object]) -> None:
        self.stdout.write(f"{what}: {len(found)}")
        for one in found[:SHOWN]:
            self.stdout.write(f"  {one}")
        if len(found) > SHOWN:
            self.stdout.write(f"  and {len(found) - SHOWN} more")


def _refund(refund: Refund) -> str:
    amount, state = format_cents(refund.amount_cents), refund.get_state_display()
    return f"{refund.pk}: {amount} of receipt {refund.receipt_id}, {state}"
