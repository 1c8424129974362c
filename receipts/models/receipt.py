"""The Receipt and its Transactions."""

from enum import StrEnum

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from batches.models import ReferenceBatch
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.methods import Method, card_words, method_words
from receipts.triggers import (
    ADDS_UP,
    APPEND_ONLY,
    COMES_WITH_ITS_RECEIPT,
    JOINS_OPEN_BATCH,
    MOVES_IN_OPEN_BATCH,
    OWNER_OF_NEW,
    not_overspent,
    only_moved,
)


class Standing(StrEnum):
    """How a receipt stands: what its money is, or that it counts for nothing."""

    PAID = "paid"
    REFUNDED = "refunded"
    CAME_BACK = "came_back"
    RETURNED = "returned"
    UNSUCCESSFUL = "unsuccessful"
    VOIDED = "voided"

    @property
    def is_paid(self) -> bool:
        """Only this looks like a payment that stands."""
        return self is Standing.PAID

    @property
    def is_refunded(self) -> bool:
        return self is Standing.REFUNDED

    @property
    def has_come_back(self) -> bool:
        return self is Standing.CAME_BACK

    @property
    def is_returned(self) -> bool:
        return self is Standing.RETURNED

    @property
    def is_voided(self) -> bool:
        return self is Standing.VOIDED


class Receipt(models.Model):
    """Money received, or given back: who, how much, how. Immutable once issued; numbered from a sequence.

    A refund is a receipt of its own with a negative amount. A voided receipt stays, marked by its ReceiptVoid.
    """

    class Kind(models.TextChoices):
        """What a receipt is about. Each has its sign: money that came in, or that went out."""

        PAYMENT = "payment", "Payment"
        REFUND = "refund", "Refund"
        # The bank gave a refund back to us after its receipt: the money is here again.
        CAME_BACK = "came_back", "Refund that came back"
        # The bank took money back after its receipt: a check that bounced, a dispute that was lost.
        RETURNED = "returned", "Returned money"

    class Status(models.TextChoices):
        PAID = "paid", "Paid"
        UNSUCCESSFUL = "unsuccessful", "Unsuccessful"

    class Channel(models.TextChoices):
        ONLINE = "online", "Online"
        MAIL = "mail", "By mail"
        OFFICE = "office", "In the office"

    SIGNS = {Kind.PAYMENT: 1, Kind.REFUND: -1, Kind.CAME_BACK: 1, Kind.RETURNED: -1}
    RECEIVED = tuple(kind for kind, sign in SIGNS.items() if sign > 0)
    GIVEN_BACK = tuple(kind for kind, sign in SIGNS.items() if sign < 0)

    number = models.BigAutoField("receipt number", primary_key=True)
    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="receipts")
    batch = models.ForeignKey(ReferenceBatch, on_delete=models.PROTECT, related_name="receipts")
    kind = models.CharField(max_length=9, choices=Kind, db_default=Kind.PAYMENT)
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
            models.Index(fields=["amount_cents", "number"], name="receipt_amount"),  # the desk looks for an amount
            models.Index(fields=["-received_on", "-received_at", "-number"], name="receipt_by_day"),  # the list
            # What is new since a moment: a few pages to write, as rows come in this order.
            BrinIndex(fields=["issued_at"], name="receipt_issued", autosummarize=True),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="payment", status="paid", amount_cents__gt=0)
                | Q(kind="refund", status="paid", amount_cents__lt=0)
                | Q(kind="came_back", status="paid", amount_cents__gt=0)
                | Q(kind="returned", status="paid", amount_cents__lt=0)
                | Q(kind="payment", status="unsuccessful", amount_cents=0),
                name="receipt_amount_fits_status",
            ),
            models.CheckConstraint(
                condition=Q(kind="payment", refund_of=None)
                | Q(kind__in=["refund", "came_back", "returned"], refund_of__isnull=False),
                name="receipt_refund_names_its_payment",
            ),
        ]
        permissions = [
            ("take_payment", "Can take a payment at the desk"),
            ("void_receipt", "Can void a receipt on its own day"),
            ("void_online", "Can void a payment made online on its own day"),
            ("refund_receipt", "Can refund a receipt"),
            ("refund_another_way", "Can refund a receipt by another way than its money came"),
            ("return_money", "Can enter that the bank took the money of a receipt back"),
            ("move_receipt", "Can move a receipt to another open batch"),
            ("post_escrow", "Can post escrow to services"),
            ("take_back_posting", "Can take back what was applied to a service"),
            ("disburse_escrow", "Can mark escrow as disbursed"),
        ]
        triggers = [
            only_moved("number", or_merged=True),
            JOINS_OPEN_BATCH,
            ADDS_UP,
            not_overspent(OWNER_OF_NEW),
        ]

    def __str__(self) -> str:
        return f"Receipt {self.number}"

    @property
    def is_paid(self) -> bool:
        return self.status == self.Status.PAID

    @property
    def is_refund(self) -> bool:
        return self.kind == self.Kind.REFUND

    @property
    def is_money_out(self) -> bool:
        """Its money went away again: a refund, or what the bank took back. It belongs to the payment that it names."""
        return self.kind in self.GIVEN_BACK

    @property
    def standing(self) -> Standing:
        """How it stands now."""
        return standing_of(self.kind, self.status, is_void=hasattr(self, "void"))

    @property
    def is_online_payment(self) -> bool:
        """Its money is given back by the card processor, not at the desk."""
        return self.channel == self.Channel.ONLINE and self.kind == self.Kind.PAYMENT

    @property
    def is_online_refund(self) -> bool:
        """Its money went back to the card or wallet that it came from."""
        return self.channel == self.Channel.ONLINE and self.kind == self.Kind.REFUND


def standing_of(kind: str, status: str, *, is_void: bool) -> Standing:
    """How a receipt of this kind and status stands."""
    if is_void:
        return Standing.VOIDED
    if status == Receipt.Status.UNSUCCESSFUL:
        return Standing.UNSUCCESSFUL
    kinds = {
        Receipt.Kind.REFUND: Standing.REFUNDED,
        Receipt.Kind.CAME_BACK: Standing.CAME_BACK,
        Receipt.Kind.RETURNED: Standing.RETURNED,
    }
    return kinds.get(Receipt.Kind(kind), Standing.PAID)


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
    shared_check = models.UUIDField(
        null=True, blank=True, help_text="The same on each part of one check that pays for several guarantors."
    )
    approval_code = models.CharField(max_length=20, blank=True, db_default="", help_text="Of the card terminal.")
    reason = models.CharField(max_length=200, blank=True, help_text="Why it was not processed.")

    class Meta:
        ordering = ["pk"]  # as they were taken
        constraints = [
            models.UniqueConstraint(fields=["number"], name="transaction_number_is_unique"),
            models.CheckConstraint(
                condition=Q(amount_cents=0) | Q(amount_cents=F("requested_cents")),
                name="transaction_all_or_nothing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["shared_check"], condition=Q(shared_check__isnull=False), name="transaction_shared_check"
            ),
            # "Who paid check 1042?", "Whose card ends in 4242?": the newest of each.
            models.Index(fields=["check_number", "id"], condition=~Q(check_number=""), name="transaction_check"),
            models.Index(fields=["card_last4", "id"], condition=~Q(card_last4=""), name="transaction_card"),
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
