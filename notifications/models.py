"""The outbox of receipt emails."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from pops.accounts.models import User
from receipts.models import Receipt


class ReceiptEmail(models.Model):
    """The email of one receipt and what became of it, or why there is none.

    Written in the payment's own transaction. Sending it again makes a second row, so that the first keeps
    what it knows.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        DELIVERED = "delivered", "Delivered"
        BOUNCED = "bounced", "Bounced"
        COMPLAINED = "complained", "Marked as spam"
        FAILED = "failed", "Failed"
        NOT_WANTED = "not_wanted", "Not sent"

    class Reason(models.TextChoices):
        SWITCHED_OFF = "switched_off", "Email Receipts is not checked in POPS Management"
        NO_ADDRESS = "no_address", "The guarantor has no email address"
        OPTED_OUT = "opted_out", "The guarantor asked for no receipts by email"
        UNTICKED = "unticked", "Unticked at the desk for this receipt"

    WAITING = (State.QUEUED, State.SENDING)

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="emails")
    to = models.EmailField(blank=True)
    state = models.CharField(max_length=12, choices=State)
    reason = models.CharField(max_length=12, choices=Reason, blank=True)
    message_id = models.CharField(
        "Message-ID", max_length=300, unique=True, help_text="The same each time this row is sent."
    )
    queued_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(
        db_default=Now(),
        help_text="Queued: when a worker may take it. Being sent: when that worker's claim ends.",
    )
    attempts = models.PositiveIntegerField(db_default=0)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When the mail server accepted it.")
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was delivered, bounced, marked as spam or given up."
    )
    error = models.CharField(max_length=300, blank=True, db_default="", help_text="What went wrong last.")
    provider_id = models.CharField(
        "provider's message ID", max_length=300, blank=True, db_default="", help_text="Empty with SMTP."
    )
    copy_of = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="copy")
    copy_reason = models.CharField("why it was sent again", max_length=300, blank=True, db_default="")
    copied_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="receipt_emails_sent_again",
        verbose_name="sent again by",
    )

    class Meta:
        permissions = [("send_receipt_email_again", "Can send a receipt email again")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=("queued", "sending")), name="receipt_email_due"),
            models.Index(fields=["ended_at"], condition=Q(state="failed"), name="receipt_email_failed"),
            models.Index(fields=["-sent_at"], name="receipt_email_sent"),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="receipt_email_provider_id"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["receipt"], condition=Q(copy_of=None), name="receipt_email_is_one"),
            models.CheckConstraint(
                condition=Q(state="not_wanted") & ~Q(reason="") | ~Q(state="not_wanted") & Q(reason="") & ~Q(to=""),
                name="receipt_email_goes_somewhere_or_says_why_not",
            ),
            models.CheckConstraint(
                condition=Q(copy_of=None, copied_by=None, copy_reason="")
                | Q(copy_of__isnull=False, copied_by__isnull=False) & ~Q(copy_reason=""),
                name="receipt_email_copy_says_who_and_why",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="receipt_email_sent_says_when"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="facts_stay",
                fields=[
                    "receipt", "to", "reason", "message_id", "queued_at", "copy_of", "copy_reason", "copied_by",
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Email of receipt {self.receipt_id}"

    @property
    def can_be_sent_again(self) -> bool:
        """Once it is on its way no longer, and only once."""
        return self.state not in self.WAITING and self.copy_of_id is None and not hasattr(self, "copy")
