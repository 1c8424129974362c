"""The practice itself: where it is and when its day ends."""

import datetime as dt
import zoneinfo
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from pops.core import clock


def validate_time_zone(name: str) -> None:
    """Refuse a name that is no time zone. Raises ValidationError."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"{name} is not a time zone. Use a name such as America/Chicago.")


def validate_cut_off(time: dt.time) -> None:
    """Refuse a time that comes twice in the night the clocks go back: the day would too. Raises ValidationError."""
    if dt.time(1) <= time <= dt.time(3):
        raise ValidationError("Choose a time before 1:00 or after 3:00: clocks are set back in between.")


def validate_waking_time(time: dt.time) -> None:
    """Refuse a time at which many are asleep, and the law forbids texts. Raises ValidationError."""
    if not dt.time(8) <= time <= dt.time(21):
        raise ValidationError("Choose a time from 8:00 AM to 9:00 PM.")


@pghistory.track()
class Practice(models.Model):
    """The one row that says where and when the practice works. One database is one practice."""

    class Recount(models.TextChoices):
        """How a batch is counted again, once what is expected was seen."""

        REASON = "reason", "It asks why"
        OTHER_HAND = "other_hand", "By another person"

    class PaperSize(models.TextChoices):
        LETTER = "letter", "US Letter"
        A4 = "A4", "A4"

    name = models.CharField(max_length=200)
    time_zone = models.CharField(
        max_length=63,
        default="America/New_York",
        validators=[validate_time_zone],
        help_text="Decides which day a payment belongs to, for example America/Chicago.",
    )
    cut_off = models.TimeField(
        default=clock.MIDNIGHT,
        validators=[validate_cut_off],
        help_text="Payments from this time on belong to the next day. Midnight: the calendar day.",
    )
    paper_size = models.CharField(max_length=10, choices=PaperSize, default=PaperSize.LETTER)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    blind_count = models.BooleanField(
        default=True,
        help_text="Whoever closes a batch counts first and sees what is expected afterwards.",
    )
    opens_batches = models.BooleanField(
        "open a batch with the first payment",
        default=True,
        db_default=True,
        help_text="Who takes a payment and works in no batch of the day gets one by itself. Unchecked: it is refused.",
    )
    batch_open_days = models.PositiveSmallIntegerField(
        "batch may stay open",
        default=1,
        db_default=1,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text="In days: a batch that is open this long after its date stands in the inbox.",
    )
    recount = models.CharField(
        "counting again",
        max_length=10,
        choices=Recount,
        default=Recount.REASON,
        db_default=Recount.REASON,
        help_text="Once a batch was counted, what is expected is shown. What becomes of a count after that.",
    )
    notices_from = models.TimeField(
        default=dt.time(9),
        db_default=dt.time(9),
        validators=[validate_waking_time],
        help_text="Balance notices go out from this time of day on, in the practice's time zone.",
    )
    notices_until = models.TimeField(
        default=dt.time(20),
        db_default=dt.time(20),
        validators=[validate_waking_time],
        help_text="And until this time: never at night. Between 8:00 AM and 9:00 PM.",
    )
    opened_at = models.DateTimeField(
        "portal opened", null=True, blank=True, help_text="From then on patients sign in. Empty: it isn't open yet."
    )

    class Meta:
        verbose_name_plural = "practice"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="practice_is_one_row")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As the one row, whatever number an attempt that failed has used up."""
        self.pk = 1
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse hours that end before they begin. Raises ValidationError."""
        super().clean()
        if self.notices_from and self.notices_until and self.notices_from >= self.notices_until:
            raise ValidationError({"notices_until": "Choose a time after the one from which notices go out."})

    @property
    def is_open(self) -> bool:
        """Whether patients may sign in."""
        return self.opened_at is not None

    def business_date(self, moment: dt.datetime) -> dt.date:
        """The practice-local date that money received at `moment` belongs to."""
        return clock.business_date(moment, time_zone=self.time_zone, cut_off=self.cut_off)

    def day_end(self, date: dt.date) -> dt.datetime:
        """The moment from which money belongs to the day after a practice-local date."""
        return clock.business_day_end(date, time_zone=self.time_zone, cut_off=self.cut_off)
