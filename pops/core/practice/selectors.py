"""Reading the practice."""

from typing import Any

from django.db.models import Q, QuerySet

from pops.core.practice.models import Practice
from pops.core.prepared import Prepared

_practice = Prepared(lambda: Practice.objects.all())


def get_practice() -> Practice:
    """The practice's one row. Raises Practice.DoesNotExist before set-up."""
    practice = _practice.find()
    if practice is None:
        raise Practice.DoesNotExist
    return practice


def practice_of(request: Any) -> Practice:
    """The practice as a request has read it, or reads it now. Raises Practice.DoesNotExist before set-up."""
    return getattr(request, "practice", None) or get_practice()


def find_offered(places: Any, *, keep: int | None = None) -> QuerySet[Any]:
    """Facilities or providers to choose from: those that are not retired, and the one that is chosen already."""
    offered: QuerySet[Any] = places.filter(Q(is_retired=False) | Q(pk=keep)).order_by("name", "pk")
    return offered
