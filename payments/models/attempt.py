"""The guarantor's attempt to pay online."""

import uuid

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.money import format_cents
from pops.sessions.models import PortalSession
from receipts.models import Receipt


@pghistory.track(
    # Where a person decided, and why they had to: payments that nobody looks at keep no second row.
    pghistory.UpdateEvent(condition=pghistory.AnyChange("review_reason", "reviewed_at", "review_note")),
    fields=["state", "receipt", "review_reason", "reviewed_by", "reviewed_at", "review_note"],
    model_name="PaymentEvent",
)
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
    split_by = models.CharField(
        max_length=10,
        blank=True,
        db_default="",
        help_text="By what it is split into parts: facility, provider; or not.",
    )
    rest_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="rests",
        help_text="The split payment whose parts that were not taken this one pays.",
    )
    receipt = models.OneToOneField(Receipt, null=True, blank=True, on_delete=models.PROTECT, related_name="payment")
    session = models.ForeignKey(
        PortalSession,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="payments",
        help_text="In which it was started.",
    )
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
            models.Index(fields=["started_at"], condition=Q(state="review"), name="payment_in_review"),
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
    def difference(self) -> str:
        """$19.00 instead of $9.00, where the receipt is over another amount than was agreed to; empty otherwise."""
        if self.receipt is None or not self.receipt.is_paid or self.receipt.amount_cents == self.amount_cents:
            return ""
        return f"{format_cents(self.receipt.amount_cents)} instead of {format_cents(self.amount_cents)}"

    @property
    def is_split(self) -> bool:
        """It is charged in parts."""
        return bool(self.split_by)

    @property
    def is_at_stripe(self) -> bool:
        """Stripe has something of it that may be paid."""
        return bool(self.intent_id) or self.parts.exclude(intent_id=None).exists()

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


class Part(models.Model):
    """What of a split payment is charged by itself, and what it pays for. Its id is the idempotency key of its charge.

    A payment that is split has one or more and no PaymentIntent of its own; together they are its amount.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="parts")
    place = models.PositiveSmallIntegerField(help_text="They are charged in this order.")
    amount_cents = models.BigIntegerField()
    pays_for = ArrayField(
        models.BigIntegerField(), help_text="The facilities or providers to whose services alone it is applied."
    )
    intent_id = models.CharField("PaymentIntent", max_length=255, null=True, blank=True, unique=True)
    transaction_number = models.CharField(
        max_length=255, null=True, blank=True, unique=True, help_text="What it is on the receipt, taken or not."
    )

    class Meta:
        ordering = ["payment", "place"]
        constraints = [
            models.UniqueConstraint(fields=["payment", "place"], name="part_has_its_place"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="part_amount_positive"),
            models.CheckConstraint(condition=~Q(pays_for=[]), name="part_pays_for_something"),
        ]

    def __str__(self) -> str:
        return f"Part {self.place} of payment {self.payment_id}"
