"""Times agreed for patients."""

from django.db import models

from pops.core.accounts.models.patient import Patient
from pops.core.accounts.models.tracked import tracked
from pops.core.practice.models import Facility, Provider


@tracked
class Appointment(models.Model):
    """A time agreed for a patient, as the practice's own system told us, or as it was entered by hand."""

    class Status(models.TextChoices):
        BOOKED = "booked", "Booked"
        SEEN = "seen", "Seen"
        CANCELED = "canceled", "Canceled"
        MISSED = "missed", "Missed"

    number = models.CharField(
        "appointment number", max_length=40, unique=True, help_text="In the practice's own system."
    )
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    provider = models.ForeignKey(Provider, null=True, blank=True, on_delete=models.PROTECT, related_name="appointments")
    facility = models.ForeignKey(Facility, null=True, blank=True, on_delete=models.PROTECT, related_name="appointments")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(null=True, blank=True, help_text="How long it takes.")
    visit_type = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.BOOKED)
    is_confidential = models.BooleanField(
        "confidential",
        default=False,
        db_default=False,
        help_text="Shows to nobody but staff with the right, not to the guarantor either.",
    )

    class Meta:
        indexes = [models.Index(fields=["starts_at"], name="appointment_by_time")]

    def __str__(self) -> str:
        return self.number

    @property
    def is_hidden(self) -> bool:
        """Confidential by its own mark, or by the patient's."""
        return self.is_confidential or self.patient.is_confidential

    @property
    def is_off(self) -> bool:
        """Nobody is seen, or was."""
        return self.status in (self.Status.CANCELED, self.Status.MISSED)
