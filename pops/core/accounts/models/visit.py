"""Visits and what was charged for."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from pops.core.accounts.models.patient import Patient
from pops.core.accounts.models.statement import Statement
from pops.core.accounts.models.tracked import tracked
from pops.core.accounts.triggers import MOVE_WAITS
from pops.core.practice.models import Facility, Provider


@tracked
class Encounter(models.Model):
    """A visit of a patient to a provider at a facility. Whose it was before is kept, as with patients."""

    number = models.BigIntegerField("visit number", unique=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="encounters")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="encounters")
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="encounters")
    billing_provider = models.ForeignKey(
        Provider,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="billed_encounters",
        help_text="In whose name it is billed. Empty: in that of the provider who treated.",
    )
    referring_provider = models.ForeignKey(
        Provider,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="referred_encounters",
        help_text="Who sent the patient. Empty: nobody, or it isn't known.",
    )
    in_collections = models.BooleanField(
        default=False, help_text="Handed to a collections agency: shown, but can't be paid here."
    )
    is_retired = models.BooleanField(
        "retired",
        default=False,
        db_default=False,
        help_text="Entered by mistake: nothing of it is owed. What was paid on it is credit.",
    )
    is_confidential = models.BooleanField(
        "confidential",
        default=False,
        db_default=False,
        help_text="Shows to nobody but staff with the right, not to the guarantor either. What is owed on it counts.",
    )

    class Meta:
        verbose_name = "visit"
        triggers = [MOVE_WAITS]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def is_hidden(self) -> bool:
        """Confidential by its own mark, or by the patient's."""
        return self.is_confidential or self.patient.is_confidential


@pghistory.track(level=pgtrigger.Statement, exclude=["patient_share_cents"])
class ServiceLine(models.Model):
    """One charge of a visit. What the patient paid is the sum of its postings, never stored here."""

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="lines")
    line_number = models.PositiveSmallIntegerField()
    service_date = models.DateField()
    responsibility_date = models.DateField(
        null=True,
        blank=True,
        help_text="The day its balance became the patient's: payments go to the oldest. Empty: by date of service.",
    )
    description = models.CharField(max_length=200)
    procedure_code = models.CharField(max_length=10, blank=True)
    billed_cents = models.BigIntegerField()
    adjusted_cents = models.BigIntegerField(default=0)
    insurance_pending_cents = models.BigIntegerField(default=0)
    insurance_paid_cents = models.BigIntegerField(default=0)
    patient_share_cents = models.GeneratedField(
        expression=F("billed_cents") - F("adjusted_cents") - F("insurance_pending_cents") - F("insurance_paid_cents"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    statement = models.ForeignKey(
        Statement,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="lines",
        help_text="The first statement this line stood on. Without one it is not yet in Amount Due.",
    )

    # Annotated by receipts.owed.find_lines().
    patient_paid_cents: int
    remaining_cents: int
    payable_cents: int

    class Meta:
        verbose_name = "service"
        constraints = [
            models.UniqueConstraint(fields=["encounter", "line_number"], name="service_line_number_is_unique"),
            models.CheckConstraint(
                condition=Q(billed_cents__gte=0)
                & Q(adjusted_cents__gte=0)
                & Q(insurance_pending_cents__gte=0)
                & Q(insurance_paid_cents__gte=0),
                name="service_line_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    billed_cents__gte=F("adjusted_cents") + F("insurance_pending_cents") + F("insurance_paid_cents")
                ),
                name="service_line_patient_share_not_negative",
                violation_error_message="More is adjusted, pending and paid by insurance than was billed.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.description}"

    @property
    def service_id(self) -> str:
        """Encounter and line, as the practice names it: 67563-4."""
        return f"{self.encounter.number}-{self.line_number}"

    @property
    def is_hidden(self) -> bool:
        """Confidential, as its visit or its patient is."""
        return self.encounter.is_hidden
