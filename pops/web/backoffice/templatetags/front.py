"""What the front page of the back office shows: the money of the day, and what waits for somebody.

Each part is read for who may see it, in as few questions as there can be (see benchmarks/front_page.py).
"""

from typing import Any

from django import template
from django.utils import timezone

from payments.reports.charts import draw_bars
from payments.reports.glance import Glance, look_at_day
from receipts.unapplied import Aged, sum_by_age

register = template.Library()
register.simple_tag(draw_bars)

SEES_BATCHES, SEES_RECEIPTS = "batches.view_referencebatch", "receipts.view_receipt"


@register.simple_tag(takes_context=True)
def glance(context: Any) -> Glance | None:
    """The money of today and of the last weeks; nothing before set-up, and for who may see no batch."""
    request = context["request"]
    practice = getattr(request, "practice", None)
    if practice is None or not request.user.has_perm(SEES_BATCHES):
        return None
    return look_at_day(today=practice.business_date(timezone.now()), by=request.user)


@register.simple_tag(takes_context=True)
def unapplied_by_age(context: Any, day: Glance | None) -> list[Aged]:
    """Money that is applied to nothing yet, by its age; nothing where there is none, or for who may not see it."""
    if day is None or not context["request"].user.has_perm(SEES_RECEIPTS):
        return []
    ages = sum_by_age(today=day.today, unseen=day.unseen)
    return ages if any(one.receipts for one in ages) else []
