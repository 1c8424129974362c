"""What staff see of the check of the books: its alarm, and how long things wait."""

from typing import Any

from django import template
from django.utils import timezone

from payments.books.runs import Alarm, find_alarm
from payments.books.waits import find_waits

register = template.Library()

RIGHT = "payments.view_bookscheck"


@register.simple_tag(takes_context=True)
def books_alarm(context: Any) -> Alarm | None:
    """What the last check found, for who may see it; nothing when all is right."""
    return find_alarm(now=timezone.now()) if context["request"].user.has_perm(RIGHT) else None


@register.inclusion_tag("backoffice/lists/_waits.html", takes_context=True)
def waits(context: Any) -> dict[str, Any]:
    """What waits to be worked off, and for how long; nothing for staff who may not see it."""
    return {"waits": find_waits(now=timezone.now())} if context["request"].user.has_perm(RIGHT) else {}
