"""What people counted on the desk."""

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now
from django.utils.functional import cached_property

from batches.models.batch import ReferenceBatch
from batches.triggers import APPEND_ONLY, COUNT_PART, COUNT_WHOLE, RECOUNT_IS_TOLD
from pops.core.access.models import User
from pops.core.methods import Tender
from pops.core.money import format_cents


class BatchCount(models.Model):
    """What a person counted before they saw what was expected, a row a tender. Every count is kept.

    One after the first is made with the expected amounts known: it says why, or another person made it.
    """

    batch = models.ForeignKey(ReferenceBatch, on_delete=models.PROTECT, related_name="counts")
    counted_at = models.DateTimeField(db_default=Now())
    counted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="batch_counts")
    reason = models.CharField(max_length=300, blank=True, db_default="", help_text="Why it was counted again.")
    pieces = models.JSONField(
        db_default=Value({}, models.JSONField()),
        default=dict,
        help_text='Bills and coins by their worth in cents: {"2000": 3} is three of twenty dollars. Empty: not told.',
    )

    class Meta:
        triggers = [APPEND_ONLY, RECOUNT_IS_TOLD, COUNT_WHOLE]

    def __str__(self) -> str:
        return f"Count of {self.batch}"

    @cached_property
    def by_tender(self) -> dict[str, int]:
        """Cents by tender, in the order of counting."""
        cents = {row.tender: row.cents for row in self.tenders.all()}
        return {tender.value: cents[tender.value] for tender in Tender}

    @property
    def pieces_words(self) -> str:
        """3 x $20.00, 4 x $0.25; empty where bills and coins were not told."""
        told = sorted(((int(worth), number) for worth, number in self.pieces.items()), reverse=True)
        return ", ".join(f"{number} \N{MULTIPLICATION SIGN} {format_cents(worth)}" for worth, number in told)


class BatchCountTender(models.Model):
    """What was counted of one tender."""

    count = models.ForeignKey(BatchCount, on_delete=models.PROTECT, related_name="tenders")
    tender = models.CharField(max_length=5, choices=Tender)
    cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["count", "tender"], name="batch_count_tender_is_one"),
            models.CheckConstraint(condition=Q(tender__in=Tender.values), name="batch_count_tender_is_known"),
        ]
        triggers = [APPEND_ONLY, COUNT_PART]

    def __str__(self) -> str:
        return f"{self.get_tender_display()} in {self.count_id}"
