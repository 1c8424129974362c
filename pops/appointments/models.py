"""What guarantors ask the desk for. The times themselves are the practice's own system's (pops.core.accounts)."""

import uuid

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor, Patient
from pops.core.words import day


@pghistory.track(exclude=["form_id", "reason", "wishes"])
class AppointmentRequest(models.Model):
    """A guarantor's wish for an appointment, until the desk has answered it.

    Why they want to be seen is health data: it stands on this row and on pages, never in a mail, a log or a history.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for an answer"
        ANSWERED = "answered", "Answered"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    form_id = models.UUIDField(
        unique=True, default=uuid.uuid4, help_text="Drawn by the page that showed the form, which is sent once."
    )
    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="appointment_requests")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointment_requests")
    wishes = models.CharField("wished days and times", max_length=200)
    reason = models.CharField(max_length=200, blank=True, help_text="Health data: on no other page, in no mail.")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointment_requests")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    note = models.CharField(max_length=300, blank=True, help_text="The desk's answer, as the guarantor reads it.")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="appointment_requests_ended",
        verbose_name="answered by",
    )

    class Meta:
        verbose_name = "request for an appointment"
        verbose_name_plural = "requests for appointments"
        permissions = [("answer_request", "Can answer requests for appointments")]
        indexes = [models.Index(fields=["asked_at"], condition=Q(state="waiting"), name="request_waiting")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", ended_at=None, ended_by=None)
                | ~Q(state="waiting") & Q(ended_at__isnull=False, ended_by__isnull=False),
                name="request_says_who_ended_it",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("answered", "declined")) | ~Q(note=""), name="request_answer_has_a_note"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="facts_stay", fields=["form_id", "patient", "wishes", "reason", "asked_by", "asked_at"]
            ),
        ]

    def __str__(self) -> str:
        return f"Request of {day(localtime(self.asked_at))}"

    @property
    def is_waiting(self) -> bool:
        """Nobody has answered it yet."""
        return self.state == self.State.WAITING
