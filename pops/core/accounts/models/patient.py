"""Patients."""

from django.db import models
from django.db.models import Q

from pops.core.accounts.models.guarantor import Guarantor
from pops.core.accounts.models.numbers import without_zeros
from pops.core.accounts.models.tracked import tracked


@tracked
class Patient(models.Model):
    """The person treated. Whose guarantor they were before is kept: what was paid then stays on their services."""

    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="patients")
    number = models.CharField(
        "patient number",
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="In the practice's own system.",
    )
    name = models.CharField(max_length=200)
    birth_date = models.DateField(null=True, blank=True)
    is_retired = models.BooleanField(
        "retired", default=False, db_default=False, help_text="Entered by mistake: gets no visit any more."
    )
    is_confidential = models.BooleanField(
        "confidential",
        default=False,
        db_default=False,
        help_text="All of this patient shows to nobody but staff with the right, not to the guarantor either.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="patient_number_is_unique"),
        ]
        permissions = [("see_confidential", "Can see and mark what is confidential")]
        indexes = [
            models.Index(fields=["birth_date"], name="patient_birth_date"),  # sign-in asks for it
            models.Index(without_zeros("number"), name="patient_number_without_zeros"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_hidden(self) -> bool:
        return self.is_confidential
