"""Paying online: the guarantor's attempt and what the processor told us about it."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from pops.accounts.models import Guarantor
from receipts.models import Receipt


class Payment(models.Model):
    """One attempt by a guarantor. Its id, chosen before anything is asked of Stripe, is the idempotency key.

    States only move forward: started -> processing -> paid | unsuccessful | abandoned. Money that doesn't
    match the attempt puts it in review: kept, shown to staff, never silently accepted.
    """

    class State(models.TextChoices):
        STARTED = "started", "Started"
        PROCESSING = "processing", "Processing"
        PAID = "paid", "Paid"
        UNSUCCESSFUL = "unsuccessful", "Unsuccessful"
        ABANDONED = "abandoned", "Abandoned"
        REVIEW = "review", "Needs review"

    # In the air: the sweep asks Stripe about these.
    UNSETTLED = (State.STARTED, State.PROCESSING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="payments")
    amount_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="usd")
    state = models.CharField(max_length=12, choices=State, default=State.STARTED)
    intent_id = models.CharField("PaymentIntent", max_length=255, null=True, blank=True, unique=True)
    receipt = models.OneToOneField(Receipt, null=True, blank=True, on_delete=models.PROTECT, related_name="payment")
    review_reason = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField(db_default=Now())
    checked_at = models.DateTimeField(null=True, blank=True, help_text="When Stripe was last asked about it.")

    class Meta:
        ordering = ["-started_at"]
        indexes = [
            models.Index(
                fields=["started_at"],
                condition=Q(state__in=["started", "processing"]),
                name="payment_unsettled",
            ),
            models.Index(fields=["guarantor", "started_at"], name="payment_recent"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(state__in=["paid", "unsuccessful"], receipt__isnull=False)
                | Q(state__in=["started", "processing", "abandoned"], receipt=None)
                | Q(state="review"),
                name="payment_settled_means_receipt",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_unsettled(self) -> bool:
        return self.state in self.UNSETTLED


class ProcessorEvent(models.Model):
    """A signed event from Stripe: stored first, worked off after. Names no person and no card.

    Only what is needed to ask Stripe again is kept; the facts are always fetched anew, because events come
    late, twice and out of order.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        DONE = "done", "Worked off"
        IGNORED = "ignored", "Not ours"

    event_id = models.CharField(max_length=255, primary_key=True)
    type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=255, blank=True)
    account = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(help_text="Whole seconds, by Stripe's clock.")
    received_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    claimed_at = models.DateTimeField(null=True, blank=True, help_text="When a worker last took it on.")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-received_at"]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(state="received"), name="processor_event_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
