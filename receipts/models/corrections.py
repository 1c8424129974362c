"""What says that a receipt was voided, disbursed or moved: each a row of its own, with who, when and why."""

from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now

from batches.models import ReferenceBatch
from pops.core.access.models import User
from receipts.models.receipt import Receipt
from receipts.triggers import APPEND_ONLY, OWNER_OF_ROW, needs_open_batch, not_overspent


class ReceiptVoid(models.Model):
    """Says that a receipt was voided on its own business day. The receipt stays findable; no total counts it.

    Its postings are taken back by negative ones, written with it.
    """

    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="void")
    reason = models.CharField(max_length=300)
    voided_at = models.DateTimeField(db_default=Now())
    voided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="voided_receipts")

    class Meta:
        # Receipts are voided on their own day: those of a day are few, whatever was received.
        indexes = [models.Index(fields=["voided_at"], name="receipt_void_latest")]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="receipt_void_has_a_reason")]
        triggers = [
            APPEND_ONLY,
            needs_open_batch("(SELECT batch_id FROM receipts_receipt WHERE number = NEW.receipt_id)"),
            not_overspent(OWNER_OF_ROW),
        ]

    def __str__(self) -> str:
        return f"Void of receipt {self.receipt_id}"


class Disbursement(models.Model):
    """Escrow of a receipt that was flagged as money that doesn't belong here; negative when that is taken back."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="disbursements")
    batch = models.ForeignKey(ReferenceBatch, on_delete=models.PROTECT, related_name="disbursements")
    amount_cents = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    disbursed_at = models.DateTimeField(db_default=Now())
    disbursed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="disbursements")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount_cents=0), name="disbursement_moves_money"),
            models.CheckConstraint(condition=~Q(reason=""), name="disbursement_has_a_reason"),
        ]
        triggers = [APPEND_ONLY, needs_open_batch(), not_overspent(OWNER_OF_ROW)]

    def __str__(self) -> str:
        return f"{self.amount_cents} cents of receipt {self.receipt_id} disbursed"


class ReceiptMove(models.Model):
    """Says that a receipt was moved to another open batch of its date. The database moves none without it."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="moves")
    from_batch = models.ForeignKey(ReferenceBatch, on_delete=models.PROTECT, related_name="moved_out")
    to_batch = models.ForeignKey(ReferenceBatch, on_delete=models.PROTECT, related_name="moved_in")
    reason = models.CharField(max_length=300)
    moved_at = models.DateTimeField(db_default=Now())
    moved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="moved_receipts")
    transaction_id = models.BigIntegerField(
        db_default=Func(function="txid_current"), editable=False, help_text="Ties the reason to the change itself."
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="receipt_move_has_a_reason")]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"Receipt {self.receipt_id} moved to {self.to_batch}"
