"""How the delivery of receipt emails is doing, for the pages of POPS Management."""

from typing import Any

from django import template
from django.utils import timezone

from notifications.selectors import get_health
from pops.practice.models import Practice

register = template.Library()


@register.inclusion_tag("notifications/_health.html", takes_context=True)
def receipt_email_health(context: dict[str, Any]) -> dict[str, Any]:
    """The health panel; nothing before set-up and for staff who may not see receipt emails."""
    practice = Practice.objects.first()
    if practice is None or not context["request"].user.has_perm("notifications.view_receiptemail"):
        return {}
    return {"practice": practice, "health": get_health(practice=practice, now=timezone.now())}
