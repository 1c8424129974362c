"""The Reference Batch: receipts that are reconciled and closed together."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now

from batches.triggers import APPEND_ONLY, KEEP_CLOSED, KEEP_LOCKED
from pops.core.access.models import User
from pops.core.practice.models import Facility
from pops.core.words import day

API_PAYMENTS = "API Payments"


@pghistory.track()
class ReferenceBatch(models.Model):
    """Receipts of one date that are closed together. Its batch date is the post date of all in it.

    The first POPS payment of a date opens the one called "API Payments"; money that comes after it was
    closed opens supplement 2, 3, ... of the same date. Only a person closes a batch.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"
        ARCHIVED = "archived", "Archived"

    description = models.CharField(max_length=200)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="batches")
    batch_date = models.DateField(help_text="Practice-local date: the post date of all receipts in it.")
    is_api = models.BooleanField("opened by POPS", default=False, help_text="Collects the payments made in the portal.")
    supplement = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    facility = models.ForeignKey(Facility, null=True, blank=True, on_delete=models.PROTECT)
    note = models.TextField(blank=True)
    reference_total_cents = models.BigIntegerField(
        "reference total",
        null=True,
        blank=True,
        help_text="What the desk counted or the slip says. A batch that doesn't match is flagged.",
    )
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="closed_batches")
    closed_total_cents = models.BigIntegerField(null=True, blank=True)
    closed_receipt_count = models.PositiveIntegerField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    archived_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="archived_batches"
    )

    # Annotated by selectors.batches_with_totals().
    total_cents: int | None
    receipt_count: int | None
    over_short_cents: int | None

    class Meta:
        permissions = [
            ("open_batch", "Can open a batch and work in it"),
            ("attach_earlier", "Can work in an open batch of an earlier day"),
            ("reconcile_batch", "Can count and reconcile a batch"),
            ("close_batch", "Can close a batch"),
            ("reopen_batch", "Can reopen a closed batch"),
            ("archive_batch", "Can archive a closed batch"),
            ("lock_period", "Can lock a period at month-end"),
            ("see_uncounted", "Can see amounts of a batch before it was counted"),
            ("move_cash", "Can pay cash into a drawer, out of it, or drop it into the safe"),
            ("see_over_short", "Can see over and short by person and weekday"),
        ]
        verbose_name_plural = "reference batches"
        ordering = ["-batch_date", "-id"]
        indexes = [
            models.Index(fields=["batch_date"], name="reference_batch_by_date"),
            models.Index(fields=["batch_date"], condition=Q(status="open"), name="reference_batch_open"),
        ]
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
                    status__in=["closed", "archived"],
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                    closed_total_cents__isnull=False,
                    closed_receipt_count__isnull=False,
                ),
                name="reference_batch_closed_means_totalled",
            ),
            models.CheckConstraint(
                condition=Q(status="archived", archived_at__isnull=False, archived_by__isnull=False)
                | Q(status__in=["open", "closed"], archived_at=None, archived_by=None),
                name="reference_batch_archived_says_by_whom",
            ),
        ]
        triggers = [
            KEEP_CLOSED,
            KEEP_LOCKED,
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            # Its receipts are of this date, too.
            pgtrigger.ReadOnly(name="date_stays", fields=["batch_date", "is_api", "supplement"]),
        ]

    def __str__(self) -> str:
        text = f"{self.batch_date:%Y-%m-%d} {self.description}"
        return f"{text} (supplement {self.supplement})" if self.supplement > 1 else text

    @property
    def title(self) -> str:
        """What tells it from every other batch of a similar name: Front desk, March 2, 2026, Dana Whitfield."""
        return f"{self.short_title}, {day(self.batch_date)}" + ("" if self.is_api else f", {self.user}")

    @property
    def short_title(self) -> str:
        """What it is called where date and user stand beside it: API Payments, supplement 2."""
        name = self.description.removesuffix(f", {self.user}")  # as those that open by themselves end
        return f"{name}, supplement {self.supplement}" if self.supplement > 1 else name

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN


class BatchAttachment(models.Model):
    """The one batch a member of staff works in now."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="attachment")
    batch = models.ForeignKey(ReferenceBatch, on_delete=models.CASCADE, related_name="attachments")
    attached_at = models.DateTimeField(db_default=Now())
    is_late = models.BooleanField(
        default=False, db_default=False, help_text="By right, with a reason: what is taken counts for the batch's day."
    )

    def __str__(self) -> str:
        return f"{self.user} works in {self.batch}"


class LateAttachment(models.Model):
    """Who began to work in an open batch of an earlier day, such as for a check that was found, and why."""

    batch = models.ForeignKey(ReferenceBatch, on_delete=models.PROTECT, related_name="late_attachments")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="late_attachments")
    reason = models.CharField(max_length=300)
    attached_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.user} works in {self.batch}: {self.reason}"


class BatchReopening(models.Model):
    """Who opened a closed batch again, and why. The database opens none without it."""

    batch = models.ForeignKey(ReferenceBatch, on_delete=models.PROTECT, related_name="reopenings")
    reason = models.CharField(max_length=300)
    reopened_at = models.DateTimeField(db_default=Now())
    reopened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reopenings")
    transaction_id = models.BigIntegerField(
        db_default=Func(function="txid_current"), editable=False, help_text="Ties the reason to the change itself."
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="batch_reopening_has_a_reason")]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"Reopening of {self.batch}"
