"""The stored PDF of a receipt."""

from django.db import models
from django.db.models.functions import Now

from receipts.models.receipt import Receipt
from receipts.triggers import APPEND_ONLY


class ReceiptDocument(models.Model):
    """The PDF of a receipt: rendered once, kept with its SHA-256, never rendered differently later."""

    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="document")
    file = models.FileField(upload_to="receipts/%Y/%m/")
    sha256 = models.CharField(max_length=64)
    rendered_at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"PDF of receipt {self.receipt_id}"
