"""A report that is made by itself: daily, weekly or at the end of the month."""

import datetime as dt

import pghistory
import pgtrigger
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from payments.reports.models.run import Format
from pops.core.access.models import User


@pghistory.track()
class Schedule(models.Model):
    """A saved question that is asked again and again, for members of staff: each has an answer of their own.

    What they may not see is not in theirs, and who lost the right to the report gets none.
    """

    class Every(models.TextChoices):
        DAY = "day", "Daily"
        WEEK = "week", "Weekly"
        MONTH_END = "month_end", "Month-end"

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        ENDED = "ended", "Ended"

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "Monday"
        TUESDAY = 1, "Tuesday"
        WEDNESDAY = 2, "Wednesday"
        THURSDAY = 3, "Thursday"
        FRIDAY = 4, "Friday"
        SATURDAY = 5, "Saturday"
        SUNDAY = 6, "Sunday"

    name = models.CharField(max_length=100)
    source = models.CharField("report", max_length=60)
    question = models.TextField(blank=True, help_text="As it stands in the address of the report's page.")
    format = models.CharField(max_length=4, choices=Format)
    every = models.CharField(max_length=9, choices=Every)
    weekday = models.PositiveSmallIntegerField(
        null=True, blank=True, choices=Weekday, validators=[MaxValueValidator(6)], help_text="Of a weekly one."
    )
    at = models.TimeField(default=dt.time(6), help_text="In the practice's time zone.")
    recipients = models.ManyToManyField(User, related_name="schedules")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="schedules_made")
    made_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=6, choices=State, default=State.ACTIVE)
    due_at = models.DateTimeField(help_text="When it is asked next.")
    last_at = models.DateTimeField(null=True, blank=True, help_text="When it was asked last.")

    class Meta:
        ordering = ["name", "pk"]
        permissions = [("schedule_reports", "Can have reports made by schedule")]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="active"), name="schedule_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(every="week", weekday__range=(0, 6)) | ~Q(every="week") & Q(weekday=None),
                name="schedule_weekly_says_its_day",
            ),
        ]
        triggers = [pgtrigger.Protect(name="keep", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    @property
    def when(self) -> str:
        """Weekly on Monday at 6:00 AM"""
        day = "" if self.weekday is None else f" on {self.get_weekday_display()}"
        return f"{self.get_every_display()}{day} at {self.at.hour % 12 or 12}:{self.at:%M %p}"

    @property
    def readers(self) -> str:
        """Whom it is for, by name."""
        return ", ".join(sorted(str(user) for user in self.recipients.all()))

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE

    @property
    def is_ended(self) -> bool:
        return self.state == self.State.ENDED
