"""Reading the practice."""

from pops.core.practice.models import Practice


def get_practice() -> Practice:
    """The practice's one row. Raises Practice.DoesNotExist before set-up."""
    return Practice.objects.get()
