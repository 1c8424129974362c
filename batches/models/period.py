"""The month-end lock."""

from django.db import models
from django.db.models.functions import Now

from batches.triggers import APPEND_ONLY
from pops.core.access.models import User


class PeriodLock(models.Model):
    """Month-end: all batches up to and including a date are viewable, unchangeable and not reopenable."""

    locked_through = models.DateField(unique=True, help_text="Practice-local date, included in the locked period.")
    note = models.CharField(max_length=300, blank=True)
    locked_at = models.DateTimeField(db_default=Now())
    locked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="period_locks")

    class Meta:
        ordering = ["-locked_through"]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"Locked through {self.locked_through}"
