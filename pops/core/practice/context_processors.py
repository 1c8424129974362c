"""What every page's frame shows."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pops.core.practice.selectors import get_practice


def practice(request: HttpRequest) -> dict[str, object]:
    """`practice`: read only by the templates that use it."""
    return {"practice": getattr(request, "practice", None) or SimpleLazyObject(get_practice)}
