"""Money received: the Receipt, its Transactions and its Postings. Append-only, kept so by the database.

All amounts are cents; refunds are negative. A receipt copies what it prints, so that a provider's new
name changes no old receipt.
"""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from batches.models import ReferenceBatch
from pops.accounts.models import Guarantor, ServiceLine

# Stripe's names of the card brands that aren't just capitalised.
CARD_BRANDS = {"amex": "American Express", "diners": "Diners Club", "jcb": "JCB", "unionpay": "UnionPay"}

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)

# A receipt joins only an open batch. The day's lock keeps this true between the check and the commit.
JOINS_OPEN_BATCH = pgtrigger.Trigger(
    name="joins_open_batch",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("batch", "batches_referencebatch%ROWTYPE")],
    func="""
        SELECT * INTO batch FROM batches_referencebatch WHERE id = NEW.batch_id;
        IF batch.status <> 'open' THEN
            RAISE EXCEPTION 'batch % is %, a receipt joins only an open one', batch.id, batch.status
                USING ERRCODE = 'check_violation';
        END IF;
        IF batch.batch_date <> NEW.received_on THEN
            RAISE EXCEPTION 'batch % is of %, the receipt of %', batch.id, batch.batch_date, NEW.received_on
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)

# Judged at commit, when all rows of the receipt are there.
ADDS_UP = pgtrigger.Trigger(
    name="adds_up",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    timing=pgtrigger.Deferred,
    declare=[("moved", "bigint"), ("posted", "bigint")],
    func="""
        SELECT coalesce(sum(amount_cents), 0) INTO moved FROM receipts_transaction WHERE receipt_id = NEW.number;
        SELECT coalesce(sum(amount_cents), 0) INTO posted FROM receipts_posting WHERE receipt_id = NEW.number;
        IF moved <> NEW.amount_cents OR abs(posted) > abs(moved) OR sign(posted) * sign(moved) < 0 THEN
            RAISE EXCEPTION 'receipt % of % cents has transactions of % and postings of %',
                NEW.number, NEW.amount_cents, moved, posted USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """,
)


class Receipt(models.Model):
    """Money received: who paid, how much, how. Immutable once issued; its number comes from a sequence."""

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
    status = models.CharField(max_length=12, choices=Status)
    channel = models.CharField(max_length=6, choices=Channel)
    amount_cents = models.BigIntegerField()
    received_on = models.DateField("payment date", help_text="Practice-local date, equal to the batch date.")
    received_at = models.DateTimeField()
    issued_at = models.DateTimeField(db_default=Now())
    guarantor_name = models.CharField(max_length=200)
    account_number = models.CharField(max_length=20)

    class Meta:
        ordering = ["-received_at", "-number"]
        indexes = [
            models.Index(fields=["guarantor", "-received_at", "-number"], name="receipt_history"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="paid", amount_cents__gt=0) | Q(status="unsuccessful", amount_cents=0),
                name="receipt_amount_fits_status",
            ),
        ]
        triggers = [APPEND_ONLY, JOINS_OPEN_BATCH, ADDS_UP]

    def __str__(self) -> str:
        return f"Receipt {self.number}"

    @property
    def is_paid(self) -> bool:
        return self.status == self.Status.PAID

    @property
    def escrow_cents(self) -> int:
        """What is not yet applied to a service."""
        return self.amount_cents - sum(posting.amount_cents for posting in self.postings.all())


class Transaction(models.Model):
    """One movement of money inside a receipt, or the request for one that was declined ($0.00)."""

    class Method(models.TextChoices):
        CARD = "card", "Credit Card"
        APPLE_PAY = "apple_pay", "Apple Pay"
        GOOGLE_PAY = "google_pay", "Google Pay"
        OTHER = "other", "Other"

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="transactions")
    number = models.CharField("transaction number", max_length=255, help_text="As the processor names it.")
    method = models.CharField(max_length=10, choices=Method)
    amount_cents = models.BigIntegerField()
    requested_cents = models.BigIntegerField(help_text="What the guarantor asked to pay.")
    card_brand = models.CharField(max_length=20, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    card_expiry = models.CharField(max_length=7, blank=True, help_text="MM/YYYY")
    reason = models.CharField(max_length=200, blank=True, help_text="Why it was not processed.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="transaction_number_is_unique"),
            models.CheckConstraint(
                condition=Q(amount_cents=0) | Q(amount_cents=F("requested_cents")),
                name="transaction_all_or_nothing",
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.number

    @property
    def card(self) -> str:
        """Visa ending in 4242; empty when no card was used or none is known."""
        brand = CARD_BRANDS.get(self.card_brand, self.card_brand.replace("_", " ").title()) or "Card"
        return f"{brand} ending in {self.card_last4}" if self.card_last4 else ""


class Posting(models.Model):
    """Part of a receipt applied to one service line, with the line as it stood right after."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="postings")
    line = models.ForeignKey(ServiceLine, on_delete=models.PROTECT, related_name="postings")
    amount_cents = models.BigIntegerField()
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
            models.UniqueConstraint(fields=["receipt", "line"], name="posting_one_a_line"),
            models.CheckConstraint(condition=~Q(amount_cents=0), name="posting_moves_money"),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.service_id}: {self.amount_cents} cents"
