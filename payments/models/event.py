"""What the processor told us."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class ProcessorEvent(models.Model):
    """A signed event from Stripe: stored first, worked off after. Names no person and no card.

    Only what is needed to ask Stripe again is kept; the facts are always fetched anew, because events come
    late, twice and out of order.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        DONE = "done", "Worked off"
        IGNORED = "ignored", "Not ours"

    event_id = models.CharField(max_length=255, primary_key=True)
    type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=255, blank=True)
    account = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(help_text="Whole seconds, by Stripe's clock.")
    received_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    claimed_at = models.DateTimeField(null=True, blank=True, help_text="When a worker last took it on.")
    failures = models.PositiveIntegerField(default=0, db_default=0, help_text="How often it could not be worked off.")
    note = models.CharField(max_length=300, blank=True, help_text="Why it is not ours, or what failed last.")

    class Meta:
        ordering = ["-received_at"]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(state="received"), name="processor_event_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
