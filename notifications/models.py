"""The outbox of receipt emails."""

from django.db import models
from django.db.models.functions import Now

from receipts.models import Receipt


class ReceiptEmail(models.Model):
    """The email of one receipt, or why there is none. Written in the payment's own transaction."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        NOT_WANTED = "not_wanted", "Not sent"

    class Reason(models.TextChoices):
        SWITCHED_OFF = "switched_off", "Email Receipts is not checked in POPS Management"
        NO_ADDRESS = "no_address", "The guarantor has no email address"

    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="email")
    to = models.EmailField(blank=True)
    state = models.CharField(max_length=12, choices=State)
    reason = models.CharField(max_length=12, choices=Reason, blank=True)
    queued_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"Email of receipt {self.receipt_id}"
