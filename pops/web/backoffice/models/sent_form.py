"""Forms that did their work."""

import uuid

from django.db import models
from django.db.models.functions import Now

from pops.core.access.models import User


class SentForm(models.Model):
    """A form that did its work. A second click, or a reload, does nothing more and sees the same page."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, help_text="Drawn by the page that showed the form.")
    page = models.TextField(help_text="Where its sender is led: an address may hold a whole question.")
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sent_forms")
    sent_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.id)
