"""The change feed: what happened, in one order that never changes, and how far it was looked for."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from pops.core.clock import in_utc


class Change(models.Model):
    """Something that happened and was committed, at its place in the feed.

    Nobody who does it writes it down: it is found afterwards, by one sequencer at a time (pops.changes.sequencing). It
    holds ids and cents, no names and nothing about health: who reads it asks the API for the rest.
    """

    class Type(models.TextChoices):
        RECEIPT_CREATED = "receipt.created", "Receipt issued"
        RECEIPT_REFUNDED = "receipt.refunded", "Receipt refunded"
        RECEIPT_RETURNED = "receipt.returned", "Money of a receipt returned by the bank"
        RECEIPT_VOIDED = "receipt.voided", "Receipt voided"
        RECEIPT_MOVED = "receipt.moved", "Receipt moved to another batch"
        BATCH_OPENED = "batch.opened", "Batch opened"
        BATCH_CLOSED = "batch.closed", "Batch closed"
        BATCH_REOPENED = "batch.reopened", "Batch reopened"
        PAYMENT_REVIEW = "payment.review", "Payment needs review"
        ACCOUNT_CHANGED = "account.changed", "Account changed by its guarantor or the desk"
        ACCOUNT_MERGED = "account.merged", "Account merged into another one"
        ACCOUNT_UNMERGED = "account.unmerged", "Merge of accounts undone"

    position = models.BigAutoField(primary_key=True, help_text="Only grows. A gap is no missing change.")
    type = models.CharField(max_length=16, choices=Type)
    source_id = models.BigIntegerField(help_text="The number of the row that tells of it, by its type.")
    about = models.CharField(max_length=60, help_text="Whose story it belongs to, such as receipt 100234.")
    at = models.DateTimeField(help_text="When it happened.")
    data = models.JSONField(help_text="Ids, dates and cents of then.")
    found_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["type", "source_id"], name="change_is_one")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.type} of {self.about}"

    @property
    def event_id(self) -> str:
        """What it is called wherever it is told: in the feed, and by webhook however often that is sent."""
        return f"chg_{self.position}"

    @property
    def moment(self) -> str:
        """When it happened, as it is told: 2026-03-02T18:00:00Z."""
        return in_utc(self.at)


class Mark(models.Model):
    """Of a table that is read: how far nothing can be missing from the feed, and how far it soon will be.

    A number is drawn by a transaction that holds the table's lock for writing until its end. So once all that held it
    after `pending_through` was drawn have ended, no row up to there can appear any more.
    """

    source = models.CharField(max_length=20, primary_key=True)
    done_through = models.BigIntegerField(default=0)
    pending_through = models.BigIntegerField(null=True, blank=True)
    pending_writers = ArrayField(models.TextField(), default=list, blank=True)

    def __str__(self) -> str:
        return f"{self.source} through {self.done_through}"


class Restore(models.Model):
    """Says that a backup was restored: what the feed had told beyond this position is not known here any more."""

    kept_through = models.BigIntegerField()
    restored_at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"Restored through {self.kept_through}"
