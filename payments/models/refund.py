"""Money that leaves by the processor: refunds and disputes."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from pops.core.access.models import User
from receipts.models import Receipt


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
            ),
            models.Index(fields=["requested_at"], condition=Q(state="review"), name="refund_in_review"),
            models.Index(fields=["checked_at"], condition=Q(state="failed"), name="refund_failed"),
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
    # And for one that doesn't; for those in which it waits for evidence.
    LOST = "lost"
    TO_ANSWER = ("needs_response", "warning_needs_response")
    # What its reasons and states are to a clerk.
    REASONS = {
        "bank_cannot_process": "the bank could not process the payment",
        "check_returned": "the check was returned",
        "credit_not_processed": "a refund that was promised did not come",
        "customer_initiated": "the cardholder asked the bank for the money",
        "debit_not_authorized": "the debit was not allowed",
        "duplicate": "it was charged twice",
        "fraudulent": "the cardholder says that somebody else paid with the card",
        "incorrect_account_details": "the account details were wrong",
        "insufficient_funds": "there was not enough money",
        "noncompliant": "the bank says that a rule of the card was broken",
        "product_not_received": "the cardholder says that there was no such visit",
        "product_unacceptable": "the cardholder is not content with the service",
        "subscription_canceled": "the cardholder had ended the payments",
        "unrecognized": "the cardholder does not recognize the charge",
    }
    STATES = {
        "lost": "lost, the money went to the cardholder",
        "needs_response": "Stripe waits for evidence",
        "prevented": "over before it began",
        "under_review": "the bank decides",
        "warning_closed": "over, the money stays",
        "warning_needs_response": "the bank asks before it disputes",
        "warning_under_review": "the bank looks at the answer",
        "won": "won, the money stays",
    }

    stripe_id = models.CharField("dispute at Stripe", max_length=255, primary_key=True)
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="disputes")
    charge_id = models.CharField("charge", max_length=255, blank=True, db_default="")
    amount_cents = models.BigIntegerField()
    reason = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=50, help_text="As Stripe names it.")
    returned_receipt = models.OneToOneField(
        Receipt,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="made_by_dispute",
        help_text="Of a lost one: the money is gone.",
    )
    opened_at = models.DateTimeField()
    due_by = models.DateTimeField(null=True, blank=True, help_text="Until then Stripe takes evidence.")

    class Meta:
        ordering = ["-opened_at"]
        indexes = [
            models.Index(
                fields=["opened_at"],
                condition=Q(status__in=["needs_response", "warning_needs_response", "lost"]),
                name="dispute_for_staff",
            )
        ]

    def __str__(self) -> str:
        return f"Dispute of receipt {self.receipt_id}"

    @property
    def is_over(self) -> bool:
        return self.status in self.OVER

    @property
    def is_decided(self) -> bool:
        """The bank has decided: nothing can be answered any more."""
        return self.is_over or self.status == self.LOST

    @property
    def is_settled(self) -> bool:
        """Nothing more is expected of it: the money stays, or a receipt says that it is gone."""
        return self.is_over or self.returned_receipt_id is not None

    @property
    def reason_words(self) -> str:
        """Why, as a clerk says it."""
        return self.REASONS.get(self.reason, "the bank gave no reason that we know")

    @property
    def state_words(self) -> str:
        """How it stands, as a clerk says it."""
        if self.is_over and self.returned_receipt_id:
            return "won after all: Stripe has the money again, which is taken as a new payment"
        return self.STATES.get(self.status, self.status.replace("_", " "))

    @property
    def words(self) -> str:
        """Why, and how it stands: it was charged twice; Stripe waits for evidence."""
        return f"{self.reason_words}; {self.state_words}"
