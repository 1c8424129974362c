"""Statements."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from pops.core.accounts.models.guarantor import Guarantor
from pops.core.accounts.models.tracked import tracked


@tracked
class Statement(models.Model):
    """A statement sent to the guarantor; `balance_cents` is its Statement Balance."""

    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="statements")
    number = models.CharField(
        "statement number",
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="In the practice's own system.",
    )
    statement_date = models.DateField()
    due_date = models.DateField(null=True, blank=True, help_text="The day to pay it by. Empty: due when it comes.")
    balance_cents = models.BigIntegerField()
    entered_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="statement_number_is_unique"),
            models.CheckConstraint(
                condition=Q(due_date=None) | Q(due_date__gte=F("statement_date")), name="statement_due_after_its_date"
            ),
        ]
        indexes = [models.Index(fields=["statement_date"], name="statement_by_day")]

    def __str__(self) -> str:
        return f"Statement of {self.statement_date:%B %-d, %Y}"

    @property
    def due_on(self) -> dt.date:
        """The practice-local day to pay it by: its own date where it names none."""
        return self.due_date or self.statement_date
