"""What went to the bank: the cash and checks of one or several closed batches, in one bag."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from batches.models.batch import ReferenceBatch
from batches.models.close import BatchClose
from batches.triggers import APPEND_ONLY, DEPOSIT_PART, DEPOSIT_WHOLE, DEPOSITS_ITS_CLOSE
from pops.core.access.models import User


class Deposit(models.Model):
    """A bag for the bank: when, where, with which number, and how much cash and checks are in it."""

    deposited_on = models.DateField("date of the deposit", help_text="Practice-local date, as it stands on the slip.")
    bank = models.CharField(max_length=100)
    bag_number = models.CharField(max_length=40, blank=True)
    cash_cents = models.BigIntegerField()
    check_cents = models.BigIntegerField()
    note = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(db_default=Now())
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deposits")

    class Meta:
        ordering = ["-deposited_on", "-id"]
        permissions = [("make_deposit", "Can make a deposit of closed batches")]
        constraints = [
            models.CheckConstraint(condition=~Q(bank=""), name="deposit_says_the_bank"),
            models.CheckConstraint(condition=Q(cash_cents__gt=-F("check_cents")), name="deposit_has_money"),
        ]
        triggers = [APPEND_ONLY, DEPOSIT_WHOLE]

    def __str__(self) -> str:
        bag = f", bag {self.bag_number}" if self.bag_number else ""
        return f"Deposit {self.pk} at {self.bank}{bag}"

    @property
    def total_cents(self) -> int:
        """Cash and checks."""
        return self.cash_cents + self.check_cents


class DepositBatch(models.Model):
    """A batch whose money is in a deposit, as it was counted at its close. A batch is in one deposit at most."""

    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="parts")
    batch = models.OneToOneField(ReferenceBatch, on_delete=models.PROTECT, related_name="deposited")
    close = models.OneToOneField(BatchClose, on_delete=models.PROTECT, related_name="deposited")
    cash_cents = models.BigIntegerField()
    check_cents = models.BigIntegerField()

    class Meta:
        triggers = [APPEND_ONLY, DEPOSITS_ITS_CLOSE, DEPOSIT_PART]

    def __str__(self) -> str:
        return f"{self.batch} in deposit {self.deposit_id}"


class DepositDocument(models.Model):
    """The slip of a deposit: rendered once, kept with its SHA-256."""

    class Kind(models.TextChoices):
        SLIP = "slip", "Deposit slip (PDF)"
        SLIP_CSV = "slip_csv", "Deposit slip (CSV)"

    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=10, choices=Kind)
    file = models.FileField(upload_to="deposits/%Y/%m/")
    sha256 = models.CharField("SHA-256", max_length=64)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["deposit", "kind"], name="deposit_document_one_of_a_kind")]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.deposit}"

    @property
    def download_name(self) -> str:
        """deposit-2026-03-02-17.pdf"""
        suffix = "csv" if self.kind.endswith("_csv") else "pdf"
        return f"deposit-{self.deposit.deposited_on}-{self.deposit_id}.{suffix}"
