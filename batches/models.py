"""The Reference Batch: receipts that are reconciled and closed together."""

import pgtrigger
from django.db import models
from django.db.models import Q

from pops.accounts.models import User
from pops.practice.models import Facility

API_PAYMENTS = "API Payments"


class ReferenceBatch(models.Model):
    """Receipts of one date that are closed together. Its batch date is the post date of all in it.

    The first POPS payment of a date opens the one called "API Payments"; money that comes after it was
    closed opens supplement 2, 3, ... of the same date. Only a person closes a batch.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    description = models.CharField(max_length=200)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="batches")
    batch_date = models.DateField(help_text="Practice-local date: the post date of all receipts in it.")
    is_api = models.BooleanField("opened by POPS", default=False, help_text="Collects the payments made in the portal.")
    supplement = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    facility = models.ForeignKey(Facility, null=True, blank=True, on_delete=models.PROTECT)
    note = models.TextField(blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="closed_batches")
    closed_total_cents = models.BigIntegerField(null=True, blank=True)
    closed_receipt_count = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "reference batches"
        ordering = ["-batch_date", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch_date"],
                condition=Q(is_api=True, status="open"),
                name="reference_batch_one_open_api_batch_a_date",
            ),
            models.UniqueConstraint(
                fields=["batch_date", "supplement"],
                condition=Q(is_api=True),
                name="reference_batch_supplement_is_unique",
            ),
            models.CheckConstraint(
                condition=Q(
                    status="open",
                    closed_at=None,
                    closed_by=None,
                    closed_total_cents=None,
                    closed_receipt_count=None,
                )
                | Q(
                    status="closed",
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                    closed_total_cents__isnull=False,
                    closed_receipt_count__isnull=False,
                ),
                name="reference_batch_closed_means_totalled",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="keep_closed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="closed"),
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        text = f"{self.batch_date:%Y-%m-%d} {self.description}"
        return f"{text} (supplement {self.supplement})" if self.supplement > 1 else text

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN
