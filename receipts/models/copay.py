"""What is kept beside a receipt of the desk: what a copay was taken for, and what cash was handed over."""

from django.db import models
from django.db.models import Q

from pops.core.accounts.models import Patient
from pops.core.practice.models import Provider
from receipts.models.receipt import Receipt
from receipts.triggers import APPEND_ONLY


class Copay(models.Model):
    """Says that a receipt is the copay for a patient's visit. It waits in escrow until that visit's charge arrives.

    By provider and type of visit the usual amount is remembered.
    """

    receipt = models.OneToOneField(Receipt, primary_key=True, on_delete=models.PROTECT, related_name="copay")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="copays")
    visit_date = models.DateField(help_text="Practice-local: the date of service that the charge will have.")
    memo = models.CharField(max_length=200, blank=True, db_default="")
    provider = models.ForeignKey(Provider, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    visit_type = models.CharField(max_length=100, blank=True, db_default="", help_text="As the appointment says it.")

    class Meta:
        indexes = [models.Index(fields=["visit_date"], name="copay_visit_date")]  # those that wait are of late
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"Copay of receipt {self.receipt_id}"


class CashTendered(models.Model):
    """The bills that were handed over for a receipt's cash: what they are more than it was given back as change."""

    receipt = models.OneToOneField(Receipt, primary_key=True, on_delete=models.PROTECT, related_name="cash_tendered")
    cents = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(cents__gt=0), name="cash_tendered_is_some")]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"Cash tendered for receipt {self.receipt_id}"
