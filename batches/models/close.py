"""A close of a batch, and the files that are made of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.functional import cached_property

from batches.models.batch import ReferenceBatch
from batches.models.count import BatchCount
from batches.triggers import APPEND_ONLY, CLOSE_PART, CLOSE_WHOLE
from pops.core.access.models import User
from pops.core.methods import Tender


class BatchClose(models.Model):
    """A close of a batch: totals, count, differences, who and when. A reopened batch gets another one."""

    batch = models.ForeignKey(ReferenceBatch, on_delete=models.PROTECT, related_name="closes")
    count = models.OneToOneField(
        BatchCount,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="close",
        help_text="Empty for API Payments: there is nothing on the desk to count.",
    )
    total_cents = models.BigIntegerField()
    receipt_count = models.PositiveIntegerField()
    own_check_cents = models.BigIntegerField(
        default=0, help_text="Refunded by checks of the practice: in the total, not among what is counted."
    )
    returned_cents = models.BigIntegerField(
        default=0, db_default=0, help_text="Taken back by the bank: in the total, not among what is counted."
    )
    reference_cents = models.BigIntegerField(
        null=True, blank=True, help_text="The batch's reference total at this close. One that is off needs a note."
    )
    float_cents = models.BigIntegerField(default=0, db_default=0, help_text="Cash the drawer began with.")
    paid_in_cents = models.BigIntegerField(default=0, db_default=0)
    paid_out_cents = models.BigIntegerField(default=0, db_default=0)
    dropped_cents = models.BigIntegerField(default=0, db_default=0)
    float_left_cents = models.BigIntegerField(
        default=0, db_default=0, help_text="Cash that stays in the drawer: not deposited."
    )
    processor_cents = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="Of API Payments: what the card processor said it took on that day, less refunds. Empty: not known.",
    )
    online_cents = models.BigIntegerField(
        null=True, blank=True, help_text="The same of that day here, all supplements. One that differs needs a note."
    )
    note = models.TextField(blank=True)
    closed_at = models.DateTimeField(db_default=Now())
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="batch_closes")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(float_left_cents__gte=0), name="batch_close_leaves_no_debt"),
            models.CheckConstraint(
                condition=Q(processor_cents=None, online_cents=None)
                | Q(processor_cents__isnull=False, processor_cents=F("online_cents"))
                | Q(processor_cents__isnull=False, online_cents__isnull=False) & ~Q(note=""),
                name="batch_close_says_why_online_differs",
            ),
        ]
        triggers = [APPEND_ONLY, CLOSE_WHOLE]

    def __str__(self) -> str:
        return f"Close of {self.batch}"

    @cached_property
    def expected(self) -> dict[str, int]:
        """Expected cents by tender, in the order of counting."""
        cents = {row.tender: row.expected_cents for row in self.tenders.all()}
        return {tender.value: cents[tender.value] for tender in Tender}

    @property
    def drawer_cents(self) -> int:
        """Cash in the drawer that is no receipt's: float and paid in, less paid out and dropped."""
        return self.float_cents + self.paid_in_cents - self.paid_out_cents - self.dropped_cents

    @property
    def reference_off_cents(self) -> int:
        """Total - reference total; 0 where there is none."""
        return 0 if self.reference_cents is None else self.total_cents - self.reference_cents

    @property
    def processor_off_cents(self) -> int:
        """Online payments of the day here - what the card processor said; 0 where that was not known."""
        if self.processor_cents is None or self.online_cents is None:
            return 0
        return self.online_cents - self.processor_cents

    @property
    def deposit_cash_cents(self) -> int:
        """Cash for the bank: counted, and dropped into the safe before, less what stays in the drawer."""
        counted = (self.count.by_tender if self.count else self.expected)[Tender.CASH]
        return counted + self.dropped_cents - self.float_left_cents

    @property
    def deposit_check_cents(self) -> int:
        """Checks for the bank, as they were counted."""
        return (self.count.by_tender if self.count else self.expected)[Tender.CHECK]

    @property
    def has_own_slip(self) -> bool:
        """Whether its money goes to the bank by itself: that of the desk, in no deposit with others."""
        return self.count_id is not None and not hasattr(self, "deposited")

    @property
    def shown_documents(self) -> "list[BatchDocument]":
        """Its files; slips only where it has its own."""
        slips = () if self.has_own_slip else (BatchDocument.Kind.SLIP, BatchDocument.Kind.SLIP_CSV)
        return [document for document in self.documents.all() if document.kind not in slips]

    @cached_property
    def over_short(self) -> dict[str, int]:
        """Counted - expected, in cents by tender; 0 where nothing was counted."""
        return {row.tender: row.over_short_cents for row in self.tenders.all()}

    @property
    def over_short_cents(self) -> int:
        """Counted - expected, over all tenders."""
        return sum(self.over_short.values())


class BatchCloseTender(models.Model):
    """What was expected of one tender at a close, and by how much the count was over or short."""

    close = models.ForeignKey(BatchClose, on_delete=models.PROTECT, related_name="tenders")
    tender = models.CharField(max_length=5, choices=Tender)
    expected_cents = models.BigIntegerField()
    over_short_cents = models.BigIntegerField(default=0, help_text="Counted - expected.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["close", "tender"], name="batch_close_tender_is_one"),
            models.CheckConstraint(condition=Q(tender__in=Tender.values), name="batch_close_tender_is_known"),
        ]
        triggers = [APPEND_ONLY, CLOSE_PART]

    def __str__(self) -> str:
        return f"{self.get_tender_display()} in {self.close_id}"


class BatchDocument(models.Model):
    """A file made of a close: rendered once, kept with its SHA-256."""

    class Kind(models.TextChoices):
        PACKET = "packet", "Close packet (PDF)"
        PACKET_CSV = "packet_csv", "Close packet (CSV)"
        SLIP = "slip", "Deposit slip (PDF)"
        SLIP_CSV = "slip_csv", "Deposit slip (CSV)"

    close = models.ForeignKey(BatchClose, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=10, choices=Kind)
    file = models.FileField(upload_to="batches/%Y/%m/")
    sha256 = models.CharField("SHA-256", max_length=64)
    made_at = models.DateTimeField(db_default=Now())
    leaves_out = ArrayField(
        models.BigIntegerField(),
        default=list,
        help_text="Postings that were confidential when it was made: it names none of them.",
    )

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["close", "kind"], name="batch_document_one_of_a_kind")]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.close}"

    @property
    def download_name(self) -> str:
        """packet-2026-03-02-17.pdf"""
        batch, suffix = self.close.batch, "csv" if self.kind.endswith("_csv") else "pdf"
        return f"{self.kind.removesuffix('_csv')}-{batch.batch_date}-{batch.pk}.{suffix}"
