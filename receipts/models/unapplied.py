"""What of the money received is applied to no service yet: kept by the database, so that it is found at once."""

from django.db import models
from django.db.models import Q

from receipts.models.receipt import Receipt


class Unapplied(models.Model):
    """The escrow of a receipt now, in cents. No row: nothing of it is left.

    Written by the triggers that judge a receipt's balance (receipts/triggers.py), by nobody else. What is left of a
    million receipts is found without looking at them.
    """

    receipt = models.OneToOneField(Receipt, primary_key=True, on_delete=models.PROTECT, related_name="unapplied")
    received_on = models.DateField(help_text="Practice-local date of the receipt: how old the money is.")
    cents = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["received_on", "receipt"], name="receipt_unapplied_by_age")]
        constraints = [models.CheckConstraint(condition=Q(cents__gt=0), name="receipt_unapplied_is_money")]

    def __str__(self) -> str:
        return f"{self.cents} cents of receipt {self.receipt_id}"
