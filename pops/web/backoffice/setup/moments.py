"""Moments as the guide says them, before there is a practice with a clock, too."""

import datetime as dt

from pops.core.practice.models import Practice
from pops.core.words import at


def say_when(moment: dt.datetime) -> str:
    """A moment on the practice's clock, or on the world's."""
    return at(moment, Practice.objects.values_list("time_zone", flat=True).first() or "UTC")
