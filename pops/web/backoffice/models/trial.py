"""What the set-up guide sent out to see it come back."""

import uuid

from django.db import models
from django.db.models.functions import Now

from notifications.models import Message
from pops.core.access.models import User


class Trial(models.Model):
    """A message that Stripe was asked for, or a mail. It tells of the settings of then: others need their own."""

    class Kind(models.TextChoices):
        EVENT = "event", "Message from Stripe"
        MAIL = "mail", "Test mail"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=5, choices=Kind)
    settings = models.CharField(max_length=300, help_text="What was tried, as it was set then. Holds no secret.")
    key = models.CharField(max_length=255, help_text="What the message is about, or the mail's code.")
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.PROTECT, related_name="trials")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="trials")
    asked_at = models.DateTimeField(db_default=Now())
    guesses = models.PositiveSmallIntegerField(default=0, help_text="How often a wrong code was typed.")
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text="When the mail's code was typed.")

    class Meta:
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return str(self.get_kind_display())
