"""What staff note about an account."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from pops.core.access.models import User
from pops.core.accounts.models.guarantor import Guarantor
from pops.core.accounts.triggers import OWNER_STAYS


class GuarantorNote(models.Model):
    """A note by staff, for staff: shown on the guarantor's page, never on the portal. What is written stays."""

    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="notes")
    text = models.CharField(max_length=1000)
    written_at = models.DateTimeField(db_default=Now())
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notes")

    class Meta:
        verbose_name = "note"
        indexes = [models.Index(fields=["guarantor", "-written_at", "-id"], name="guarantor_note_newest")]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="guarantor_note_says_something")]
        triggers = [
            pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="stays", fields=["text", "written_at", "written_by"]),
            OWNER_STAYS,
        ]

    def __str__(self) -> str:
        return self.text[:60]
