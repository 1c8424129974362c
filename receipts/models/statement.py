"""What a statement shows, as it was on its day. All amounts are cents."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from pops.core.accounts.models import ServiceLine, Statement
from receipts.triggers import APPEND_ONLY


class StatementDetail(models.Model):
    """How the balance of a statement came about since the one before it: frozen once, and never changed.

    Each previous balance is the current balance of the statement that it follows.
    """

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="detail")
    follows = models.ForeignKey(
        Statement,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The statement before it. Empty: the first one.",
    )
    guarantor_name = models.CharField(max_length=300)
    account_number = models.CharField(max_length=20)
    through = models.DateField(
        null=True,
        blank=True,
        help_text="The last post date that counts. Empty: all that was posted when it was frozen.",
    )
    previous_cents = models.BigIntegerField()
    charges_cents = models.BigIntegerField(help_text="The patient's share of services that no statement showed before.")
    payments_cents = models.BigIntegerField(help_text="Negative; positive when more was taken back than paid.")
    adjustments_cents = models.BigIntegerField(help_text="What else changed on services that a statement shows.")
    other_cents = models.BigIntegerField(help_text="What the practice's own balance has beside all this.")
    current_cents = models.BigIntegerField()
    frozen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    current_cents=F("previous_cents")
                    + F("charges_cents")
                    + F("payments_cents")
                    + F("adjustments_cents")
                    + F("other_cents")
                ),
                name="statement_detail_adds_up",
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"Details of statement {self.statement_id}"


class StatementItem(models.Model):
    """A service line as it stood on a statement, and what became of it since the statement before."""

    detail = models.ForeignKey(StatementDetail, on_delete=models.PROTECT, related_name="items")
    line = models.ForeignKey(ServiceLine, on_delete=models.PROTECT, related_name="statement_items")
    facility_name = models.CharField(max_length=200)
    provider_name = models.CharField(max_length=200)
    patient_name = models.CharField(max_length=200)
    service_id = models.CharField(max_length=30)
    service_date = models.DateField()
    description = models.CharField(max_length=200)
    procedure_code = models.CharField(max_length=10, blank=True)
    billed_cents = models.BigIntegerField()
    adjusted_cents = models.BigIntegerField()
    insurance_pending_cents = models.BigIntegerField()
    insurance_paid_cents = models.BigIntegerField()
    patient_paid_cents = models.BigIntegerField()
    previous_cents = models.BigIntegerField(help_text="What remained of it on the statement before; 0 for a new one.")
    charge_cents = models.BigIntegerField(help_text="Its patient's share, when no statement showed it before.")
    payment_cents = models.BigIntegerField()
    adjustment_cents = models.BigIntegerField()
    remaining_cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["detail", "line"], name="statement_item_is_one"),
            models.CheckConstraint(
                condition=Q(remaining_cents__gte=0)
                & Q(
                    remaining_cents=F("previous_cents") + F("charge_cents") + F("payment_cents") + F("adjustment_cents")
                ),
                name="statement_item_adds_up",
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.service_id}: {self.remaining_cents} cents"


class StatementDocument(models.Model):
    """The PDF of a statement: rendered once, kept with its SHA-256, never rendered differently later."""

    detail = models.OneToOneField(StatementDetail, on_delete=models.PROTECT, related_name="document")
    file = models.FileField(upload_to="statements/%Y/%m/")
    sha256 = models.CharField(max_length=64)
    rendered_at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"PDF of statement {self.detail_id}"
