"""Who exported what: kept for good, and never changed."""

from django.db import models
from django.db.models.functions import Now

from payments.reports.models.run import Format
from pops.core.access.models import User
from receipts.triggers import APPEND_ONLY


class Export(models.Model):
    """A file of rows that was made for somebody: which report or list, with which filters, and how many rows."""

    source = models.CharField("report or list", max_length=60)
    title = models.CharField("what", max_length=200)
    question = models.TextField("filters, as in its address", blank=True)
    said = models.JSONField("filters, in words", default=list)
    columns = models.JSONField(default=list)
    format = models.CharField(max_length=4, choices=Format)
    rows = models.PositiveBigIntegerField()
    exported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exports")
    exported_at = models.DateTimeField(db_default=Now())
    # A number and no relation: the run is forgotten, this stays.
    run_number = models.BigIntegerField("made by run", null=True, blank=True, help_text="Empty: answered at once.")
    schedule_number = models.BigIntegerField("by schedule", null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        triggers = [APPEND_ONLY]
        permissions = [("export_lists", "Can export lists as files")]

    def __str__(self) -> str:
        return f"{self.title}, {self.rows:,} rows, by {self.exported_by}"
