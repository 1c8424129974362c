"""Money received: the Receipt, its Transactions and its Postings. Append-only, kept so by the database.

All amounts are cents; refunds are negative. A receipt copies what it prints, so that a provider's new
name changes no old receipt.
"""

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from batches.models import ReferenceBatch
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor, ServiceLine
from pops.core.methods import Method, card_words, method_words
from receipts.triggers import (
    ADDS_UP,
    APPEND_ONLY,
    COMES_WITH_ITS_RECEIPT,
    JOINS_OPEN_BATCH,
    MOVES_IN_OPEN_BATCH,
    OWNER_OF_ROW,
    SKIP_NEW_RECEIPT,
    needs_open_batch,
    not_overspent,
    only_moved,
)


class Receipt(models.Model):
    """Money received, or given back: who, how much, how. Immutable once issued; numbered from a sequence.

    A refund is a receipt of its own with a negative amount. A voided receipt stays, marked by its ReceiptVoid.
    """

    class Kind(models.TextChoices):
        PAYMENT = "payment", "Payment"
        REFUND = "refund", "Refund"
        # The bank gave a refund back to us after its receipt: the money is here again.
        UNDONE = "undone", "Refund that failed"

    class Status(models.TextChoices):
        PAID = "paid", "Paid"
        UNSUCCESSFUL = "unsuccessful", "Unsuccessful"

    class Channel(models.TextChoices):
        ONLINE = "online", "Online"
        MAIL = "mail", "By mail"
        OFFICE = "office", "In the office"

    number = models.BigAutoField("receipt number", primary_key=True)
    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="receipts")
    batch = models.ForeignKey(ReferenceBatch, on_delete=models.PROTECT, related_name="receipts")
    kind = models.CharField(max_length=7, choices=Kind, db_default=Kind.PAYMENT)
    status = models.CharField(max_length=12, choices=Status)
    channel = models.CharField(max_length=6, choices=Channel)
    amount_cents = models.BigIntegerField()
    received_on = models.DateField("payment date", help_text="Practice-local date, equal to the batch date.")
    received_at = models.DateTimeField()
    issued_at = models.DateTimeField(db_default=Now())
    issued_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="issued_receipts",
        help_text="Who took or refunded the money at the desk; empty when POPS did.",
    )
    refund_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="refunds")
    reason = models.CharField(
        max_length=300,
        db_default="",
        blank=True,
        help_text="Why it was refunded, or what else has to be said about it.",
    )
    guarantor_name = models.CharField(max_length=300)
    account_number = models.CharField(max_length=20)

    class Meta:
        ordering = ["-received_at", "-number"]
        indexes = [
            models.Index(fields=["guarantor", "-received_at", "-number"], name="receipt_history"),
            models.Index(fields=["-received_at", "-number"], name="receipt_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="payment", status="paid", amount_cents__gt=0)
                | Q(kind="refund", status="paid", amount_cents__lt=0)
                | Q(kind="undone", status="paid", amount_cents__gt=0)
                | Q(kind="payment", status="unsuccessful", amount_cents=0),
                name="receipt_amount_fits_status",
            ),
            models.CheckConstraint(
                condition=Q(kind="payment", refund_of=None) | Q(kind__in=["refund", "undone"], refund_of__isnull=False),
                name="receipt_refund_names_its_payment",
            ),
        ]
        permissions = [
            ("take_payment", "Can take a payment at the desk"),
            ("void_receipt", "Can void a receipt on its own day"),
            ("refund_receipt", "Can refund a receipt"),
            ("move_receipt", "Can move a receipt to another open batch"),
            ("post_escrow", "Can post escrow to services"),
            ("disburse_escrow", "Can mark escrow as disbursed"),
        ]
        triggers = [
            only_moved("number"),
            JOINS_OPEN_BATCH,
            ADDS_UP,
            not_overspent("IF NEW.kind <> 'refund' THEN RETURN NULL; END IF; owner := NEW.refund_of_id;"),
        ]

    def __str__(self) -> str:
        return f"Receipt {self.number}"

    @property
    def is_paid(self) -> bool:
        return self.status == self.Status.PAID

    @property
    def is_online_payment(self) -> bool:
        """Its money is given back by the card processor, not at the desk."""
        return self.channel == self.Channel.ONLINE and self.kind == self.Kind.PAYMENT


class Transaction(models.Model):
    """One movement of money inside a receipt, or the request for one that was declined ($0.00)."""

    Method = Method

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="transactions")
    number = models.CharField("transaction number", max_length=255, help_text="As the processor names it.")
    method = models.CharField(max_length=10, choices=Method)
    amount_cents = models.BigIntegerField()
    requested_cents = models.BigIntegerField(help_text="What the guarantor asked to pay.")
    card_brand = models.CharField(max_length=20, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    card_expiry = models.CharField(max_length=7, blank=True, help_text="MM/YYYY")
    check_number = models.CharField(max_length=30, blank=True, db_default="")
    approval_code = models.CharField(max_length=20, blank=True, db_default="", help_text="Of the card terminal.")
    reason = models.CharField(max_length=200, blank=True, help_text="Why it was not processed.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="transaction_number_is_unique"),
            models.CheckConstraint(
                condition=Q(amount_cents=0) | Q(amount_cents=F("requested_cents")),
                name="transaction_all_or_nothing",
            ),
        ]
        triggers = [APPEND_ONLY, MOVES_IN_OPEN_BATCH, COMES_WITH_ITS_RECEIPT]

    def __str__(self) -> str:
        return self.number

    @property
    def card(self) -> str:
        """Visa ending in 4242; empty when no card was used or none is known."""
        return card_words(self.card_brand, self.card_last4)

    @property
    def paid_with(self) -> str:
        """Visa ending in 4242, Check 1023, Cash."""
        return method_words(self.method, self.card_brand, self.card_last4, self.check_number)


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
    provider_name = models.CharField(max_length=200)
    patient_name = models.CharField(max_length=200)
    service_id = models.CharField(max_length=30)
    service_date = models.DateField()
    description = models.CharField(max_length=200)
    billed_cents = models.BigIntegerField()
    adjusted_cents = models.BigIntegerField()
    insurance_pending_cents = models.BigIntegerField()
    insurance_paid_cents = models.BigIntegerField()
    patient_paid_cents = models.BigIntegerField()
    remaining_cents = models.BigIntegerField()

    class Meta:
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


class ReceiptVoid(models.Model):
    """Says that a receipt was voided on its own business day. The receipt stays findable; no total counts it.

    Its postings are taken back by negative ones, written with it.
    """

    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="void")
    reason = models.CharField(max_length=300)
    voided_at = models.DateTimeField(db_default=Now())
    voided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="voided_receipts")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="receipt_void_has_a_reason")]
        triggers = [
            APPEND_ONLY,
            needs_open_batch("(SELECT batch_id FROM receipts_receipt WHERE number = NEW.receipt_id)"),
            not_overspent(OWNER_OF_ROW),
        ]

    def __str__(self) -> str:
        return f"Void of receipt {self.receipt_id}"


class Disbursement(models.Model):
    """Escrow of a receipt that was flagged as money that doesn't belong here."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="disbursements")
    batch = models.ForeignKey(ReferenceBatch, on_delete=models.PROTECT, related_name="disbursements")
    amount_cents = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    disbursed_at = models.DateTimeField(db_default=Now())
    disbursed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="disbursements")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="disbursement_amount_positive"),
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


class Owed(models.Model):
    """What is owed on a service line now: a row of the view in owed.sql."""

    line = models.OneToOneField(ServiceLine, primary_key=True, on_delete=models.DO_NOTHING, related_name="owed")
    guarantor = models.ForeignKey(Guarantor, on_delete=models.DO_NOTHING, related_name="+")
    patient_paid_cents = models.BigIntegerField()
    remaining_cents = models.BigIntegerField()
    payable_cents = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "receipts_owed"

    def __str__(self) -> str:
        return f"{self.remaining_cents} cents on line {self.line_id}"
