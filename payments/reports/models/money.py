"""All that money did, as reports read it."""

from django.db import models

from batches.models import ReferenceBatch
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor, Patient
from pops.core.practice.models import Facility, Provider
from receipts.models import Receipt


class Movement(models.Model):
    """One movement of money. Which columns it has depends on its `entry`."""

    class Entry(models.TextChoices):
        RECEIVED = "received", "Received or given back"
        APPLIED = "applied", "Applied to a service"
        DISBURSED = "disbursed", "Disbursed"

    class Type(models.TextChoices):
        """What a receipt is, as a batch's breakdown tells them apart. The last two count as nothing."""

        PAYMENT = Receipt.Kind.PAYMENT.value, "Payments"
        REFUND = Receipt.Kind.REFUND.value, "Refunds"
        CAME_BACK = Receipt.Kind.CAME_BACK.value, "Refunds that came back"
        RETURNED = Receipt.Kind.RETURNED.value, "Returned by the bank"
        VOIDED = "voided", "Voided"
        UNSUCCESSFUL = Receipt.Status.UNSUCCESSFUL.value, "Requested, not processed"

    COUNTED = (Type.PAYMENT, Type.REFUND, Type.CAME_BACK, Type.RETURNED)

    row_id = models.BigIntegerField(primary_key=True, help_text="One of its entry: not alone among all.")
    entry = models.CharField(max_length=9, choices=Entry)
    receipt = models.ForeignKey(Receipt, on_delete=models.DO_NOTHING, related_name="+")
    batch = models.ForeignKey(ReferenceBatch, on_delete=models.DO_NOTHING, related_name="+")
    post_date = models.DateField()
    received_on = models.DateField()
    guarantor = models.ForeignKey(Guarantor, on_delete=models.DO_NOTHING, related_name="+")
    guarantor_name = models.CharField(max_length=300)
    account_number = models.CharField(max_length=20)
    channel = models.CharField(max_length=6, choices=Receipt.Channel)
    issued_by = models.ForeignKey(User, null=True, on_delete=models.DO_NOTHING, related_name="+")
    type = models.CharField(max_length=12, choices=Type)
    method = models.CharField(max_length=10)
    card_brand = models.CharField(max_length=20)
    ending = models.CharField(max_length=30, help_text="A card's last digits, a check's number.")
    received_cents = models.BigIntegerField()
    refunded_cents = models.BigIntegerField()
    counted_cents = models.BigIntegerField()
    voided_cents = models.BigIntegerField()
    not_processed_cents = models.BigIntegerField()
    not_counted_cents = models.BigIntegerField(help_text="Voided, or requested and not processed.")
    applied_cents = models.BigIntegerField()
    disbursed_cents = models.BigIntegerField()
    patient = models.ForeignKey(Patient, null=True, on_delete=models.DO_NOTHING, related_name="+")
    facility = models.ForeignKey(Facility, null=True, on_delete=models.DO_NOTHING, related_name="+")
    provider = models.ForeignKey(Provider, null=True, on_delete=models.DO_NOTHING, related_name="+")
    billing_provider = models.ForeignKey(Provider, null=True, on_delete=models.DO_NOTHING, related_name="+")
    referring_provider = models.ForeignKey(Provider, null=True, on_delete=models.DO_NOTHING, related_name="+")
    is_hidden = models.BooleanField(help_text="Of a service that is confidential, as it is marked now.")
    patient_name = models.CharField(max_length=200)
    facility_name = models.CharField(max_length=200)
    provider_name = models.CharField(max_length=200)
    service_id = models.CharField(max_length=30)
    service_date = models.DateField()
    description = models.CharField(max_length=200)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.entry} of receipt {self.receipt_id}"


class Money(Movement):
    """All movements: a row of the view in money.sql."""

    class Meta:
        managed = False
        db_table = "reports_money"
        default_permissions = ()
        permissions = [("view_pops_payments", "Can see the report POPS Payments")]


class Received(Movement):
    """What was received or given back: a row of the view in received.sql, which can be had in an order."""

    class Meta:
        managed = False
        db_table = "reports_received"
        default_permissions = ()


class Applied(Movement):
    """What was applied to services: a row of the view in applied.sql."""

    class Meta:
        managed = False
        db_table = "reports_applied"
        default_permissions = ()
