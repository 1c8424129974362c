"""The question of a report, kept under a name."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from pops.core.access.models import User


class SavedFilter(models.Model):
    """What somebody asks of a report again and again: theirs alone, or shared with all who may open that report.

    The question is kept as the report's address has it. What it names and is not there any more, the report tells.
    """

    report = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    question = models.TextField(blank=True, help_text="As in the report's address, after the question mark.")
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_filters")
    is_shared = models.BooleanField("shared", default=False, help_text="With all who may open the report.")
    saved_at = models.DateTimeField(db_default=Now())

    class Meta:
        permissions = [
            ("view_session_usage", "Can open the report Session Usage"),
            ("share_savedfilter", "Can share saved filters of reports"),
        ]
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "report", "name"], name="saved_filter_one_of_a_name"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_filter_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
