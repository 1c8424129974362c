"""The stored PDF of a receipt."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from receipts.models.receipt import Receipt
from receipts.triggers import APPEND_ONLY


class ReceiptDocument(models.Model):
    """The PDF of a receipt: rendered once, kept with its SHA-256, never rendered differently later.

    When something on it becomes confidential, or is so no more, another one is made beside it: see find_document().
    """

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="documents")
    leaves_out = ArrayField(
        models.BigIntegerField(),
        default=list,
        help_text="Postings, in order, that were confidential when it was made: it names none of them.",
    )
    file = models.FileField(upload_to="receipts/%Y/%m/")
    sha256 = models.CharField(max_length=64)
    rendered_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["receipt", "leaves_out"], name="receipt_document_one_of_a_kind")]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"PDF of receipt {self.receipt_id}"

    @property
    def download_name(self) -> str:
        """receipt-100234.pdf, made of our own words and numbers alone; what proves no payment says so."""
        word = "refund" if self.receipt.is_refund else "receipt"
        return f"{word}-{self.receipt.number}{'' if self.receipt.is_paid else '-unsuccessful'}.pdf"
