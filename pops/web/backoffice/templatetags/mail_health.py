"""How the delivery of mail is doing, for the pages of POPS Management."""

from typing import Any

from django import template
from django.utils import timezone

from notifications.selectors import get_health
from pops.core.practice.models import Practice

register = template.Library()


@register.inclusion_tag("backoffice/lists/_mail_health.html", takes_context=True)
def mail_health(context: dict[str, Any]) -> dict[str, Any]:
    """The health panel; nothing before set-up and for staff who may not see messages."""
    practice = Practice.objects.first()
    if practice is None or not context["request"].user.has_perm("notifications.view_message"):
        return {}
    return {"practice": practice, "health": get_health(practice=practice, now=timezone.now())}
