"""Paying online: the guarantor's attempt and what the processor told us about it."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
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
        RETURNED = "returned", "Returned after review"

    # In the air: the sweep asks Stripe about these.
    UNSETTLED = (State.STARTED, State.PROCESSING)
    # Nobody can say yet whether these were paid.
    UNCLEAR = (State.PROCESSING, State.REVIEW)
    # No news changes these any more.
    FINAL = (State.PAID, State.REVIEW, State.RETURNED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="payments")
    amount_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="usd")
    state = models.CharField(max_length=12, choices=State, default=State.STARTED)
    intent_id = models.CharField("PaymentIntent", max_length=255, null=True, blank=True, unique=True)
    receipt = models.OneToOneField(Receipt, null=True, blank=True, on_delete=models.PROTECT, related_name="payment")
    review_reason = models.CharField(max_length=300, blank=True)
    reviewed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="reviewed_payments"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.CharField(
        max_length=300, blank=True, db_default="", help_text="Why it was accepted or returned."
    )
    started_at = models.DateTimeField(db_default=Now())
    checked_at = models.DateTimeField(null=True, blank=True, help_text="When Stripe was last asked about it.")

    class Meta:
        ordering = ["-started_at"]
        permissions = [("decide_review", "Can decide about a payment or refund that needs review")]
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
                | Q(state__in=["review", "returned"]),
                name="payment_settled_means_receipt",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_unsettled(self) -> bool:
        return self.state in self.UNSETTLED

    @property
    def is_processing(self) -> bool:
        """A bank is at work on it: nobody can stop it."""
        return self.state == self.State.PROCESSING

    @property
    def may_have_taken(self) -> bool:
        """Money came by it, or may yet: who pays again should know."""
        return self.state == self.State.PAID or self.state in self.UNCLEAR

    @property
    def is_in_review(self) -> bool:
        return self.state == self.State.REVIEW


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
    failures = models.PositiveIntegerField(default=0, db_default=0, help_text="How often it could not be worked off.")
    note = models.CharField(max_length=300, blank=True, help_text="Why it is not ours, or what failed last.")

    class Meta:
        ordering = ["-received_at"]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(state="received"), name="processor_event_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class Refund(models.Model):
    """Money that goes back to a card through the processor. Its id, chosen first, is the idempotency key.

    requested -> pending | succeeded -> failed. Its receipt is issued when the processor has taken it on; when
    the bank gives the money back after that, another receipt says so. One made in Stripe's dashboard has no
    `requested_by`. What a rule of ours doesn't let be recorded is in review until a person records it after all, or
    says that it is settled in another way.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", "Requested"
        PENDING = "pending", "On its way"
        SUCCEEDED = "succeeded", "Refunded"
        FAILED = "failed", "Failed"
        REVIEW = "review", "Needs review"
        SETTLED = "settled", "Settled outside the books"

    IN_FLIGHT = (State.REQUESTED, State.PENDING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    receipt = models.ForeignKey(
        Receipt, on_delete=models.PROTECT, related_name="processor_refunds", help_text="The payment that is refunded."
    )
    charge_id = models.CharField("charge", max_length=255)
    amount_cents = models.BigIntegerField()
    voids = models.BooleanField(default=False, help_text="Voids the receipt instead of issuing one of its own.")
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    stripe_id = models.CharField("refund at Stripe", max_length=255, null=True, blank=True, unique=True)
    refund_receipt = models.OneToOneField(
        Receipt, null=True, blank=True, on_delete=models.PROTECT, related_name="made_by_refund"
    )
    came_back_receipt = models.OneToOneField(
        Receipt, null=True, blank=True, on_delete=models.PROTECT, related_name="made_by_return"
    )
    note = models.CharField(max_length=300, blank=True, help_text="Why it failed, or needs review.")
    reviewed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="reviewed_refunds"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.CharField(max_length=300, blank=True, db_default="", help_text="How it was settled, and why.")
    requested_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="refunds")
    requested_at = models.DateTimeField(db_default=Now())
    checked_at = models.DateTimeField(null=True, blank=True, help_text="When Stripe was last asked about it.")

    class Meta:
        ordering = ["-requested_at"]
        indexes = [
            models.Index(
                fields=["requested_at"], condition=Q(state__in=["requested", "pending"]), name="refund_in_flight"
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(condition=~Q(reason=""), name="refund_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"Refund of receipt {self.receipt_id}"

    @property
    def is_in_flight(self) -> bool:
        """The processor was asked and has not answered for good."""
        return self.state in self.IN_FLIGHT

    @property
    def is_requested(self) -> bool:
        return self.state == self.State.REQUESTED

    @property
    def has_failed(self) -> bool:
        return self.state == self.State.FAILED

    @property
    def is_in_review(self) -> bool:
        return self.state == self.State.REVIEW


class Dispute(models.Model):
    """The card's owner asked their bank for the money back. Flags the receipt and blocks its refund."""

    # Stripe's words for an end that leaves the money with the practice.
    OVER = ("won", "warning_closed", "prevented")

    stripe_id = models.CharField("dispute at Stripe", max_length=255, primary_key=True)
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="disputes")
    amount_cents = models.BigIntegerField()
    reason = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=50, help_text="As Stripe names it.")
    opened_at = models.DateTimeField()
    due_by = models.DateTimeField(null=True, blank=True, help_text="Until then Stripe takes evidence.")

    class Meta:
        ordering = ["-opened_at"]

    def __str__(self) -> str:
        return f"Dispute of receipt {self.receipt_id}"

    @property
    def is_over(self) -> bool:
        return self.status in self.OVER

    @property
    def words(self) -> str:
        """needs_response -> needs response"""
        return f"{self.reason}: {self.status}".replace("_", " ")


class BooksCheck(models.Model):
    """A run of check_books, kept: staff see what it found, and since when."""

    started_at = models.DateTimeField(help_text="When it was asked for.")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Empty while it runs, or when it was cut off.")
    found = models.PositiveIntegerField(default=0, help_text="How much breaks a rule.")
    lines = models.JSONField(default=list, help_text="What each rule found, in the order of the report.")
    files = models.JSONField(default=dict, help_text="Which files were read: the next night goes on from there.")

    class Meta:
        ordering = ["-started_at", "-pk"]
        verbose_name = "check of the books"
        verbose_name_plural = "checks of the books"

    def __str__(self) -> str:
        return f"Check of the books {self.pk}"
