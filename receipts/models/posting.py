"""Where the money of a receipt goes: service lines, and what is still owed on them."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from batches.models import ReferenceBatch
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor, ServiceLine
from receipts.models.receipt import Receipt
from receipts.triggers import OWNER_OF_ROW, SKIP_NEW_RECEIPT, needs_open_batch, not_overspent, only_moved


class Posting(models.Model):
    """Part of a receipt applied to one service line, with the line as it stood right after."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="postings")
    line = models.ForeignKey(ServiceLine, on_delete=models.PROTECT, related_name="postings")
    batch = models.ForeignKey(
        ReferenceBatch,
        on_delete=models.PROTECT,
        related_name="postings",
        help_text="The receipt's own, or that of the day on which escrow was posted or a posting was taken back.",
    )
    amount_cents = models.BigIntegerField(help_text="Negative when it takes an earlier posting back.")
    posted_at = models.DateTimeField(db_default=Now())
    posted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="postings")
    facility_name = models.CharField(max_length=200)
    facility_address = models.CharField(max_length=300, blank=True, db_default="")
    provider_name = models.CharField(max_length=200)
    patient_name = models.CharField(max_length=200)
    service_id = models.CharField(max_length=30)
    service_date = models.DateField()
    description = models.CharField(max_length=200)
    procedure_code = models.CharField(max_length=10, blank=True, db_default="")
    billed_cents = models.BigIntegerField()
    adjusted_cents = models.BigIntegerField()
    insurance_pending_cents = models.BigIntegerField()
    insurance_paid_cents = models.BigIntegerField()
    patient_paid_cents = models.BigIntegerField()
    remaining_cents = models.BigIntegerField()
    reason = models.CharField(max_length=300, db_default="", blank=True, help_text="Why it was taken back.")

    class Meta:
        indexes = [BrinIndex(fields=["posted_at"], name="posting_posted", autosummarize=True)]  # new since a moment
        constraints = [
            models.CheckConstraint(condition=~Q(amount_cents=0), name="posting_moves_money"),
        ]
        triggers = [
            only_moved("receipt_id"),
            needs_open_batch(),
            not_overspent(SKIP_NEW_RECEIPT + OWNER_OF_ROW),
        ]

    def __str__(self) -> str:
        return f"{self.service_id}: {self.amount_cents} cents"

    @property
    def is_hidden(self) -> bool:
        """Confidential, as its service's visit or patient is marked now."""
        return self.line.is_hidden


class Owed(models.Model):
    """What is owed on a service line now: a row of the view in owed.sql."""

    line = models.OneToOneField(ServiceLine, primary_key=True, on_delete=models.DO_NOTHING, related_name="owed")
    guarantor = models.ForeignKey(Guarantor, on_delete=models.DO_NOTHING, related_name="+")
    in_collections = models.BooleanField()
    patient_paid_cents = models.BigIntegerField()
    remaining_cents = models.BigIntegerField()
    payable_cents = models.BigIntegerField()
    responsible_on = models.DateField()

    class Meta:
        managed = False
        db_table = "receipts_owed"

    def __str__(self) -> str:
        return f"{self.remaining_cents} cents on line {self.line_id}"
