"""What the front page of the back office shows: the money of the day, and what waits for somebody.

Each part is read for who may see it, in as few questions as there can be (see benchmarks/front_page.py).
"""

from typing import Any

from django import template
from django.db.models import Count, QuerySet, Value
from django.utils import timezone

from batches.models import ReferenceBatch
from payments.reports.charts import draw_bars
from payments.reports.glance import Glance, look_at_day
from payments.selectors import find_failed_refunds, find_in_review, find_refunds_in_review, find_stuck_events
from pops.appointments.selectors import find_waiting_requests
from pops.core.access.models import User
from pops.core.accounts.confidential import shown_to
from pops.logins.phones import find_waiting_phones
from receipts.unapplied import Aged, sum_by_age

register = template.Library()
register.simple_tag(draw_bars)

SEES_BATCHES, SEES_RECEIPTS = "batches.view_referencebatch", "receipts.view_receipt"
SEES_REVIEWS = ("payments.view_payment", "payments.view_refund", "payments.view_processorevent")


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


@register.simple_tag(takes_context=True)
def waiting(context: Any) -> dict[str, Any]:
    """What waits for a decision or an answer of somebody, in words, each with where that is given."""
    user = context["request"].user
    counts = _count(_countable(user))
    said = {
        name: words.format(counts[name], "" if counts[name] == 1 else "s")
        for name, words in WORDS.items()
        if counts.get(name)
    }
    return {
        "reviews": [said[name] for name in ("payments", "refunds", "events") if name in said],
        "asked": [(said[name], ASKED[name]) for name in ASKED if name in said],
        "failed_refunds": _find_failed(user),
    }


@register.filter
def short(batch: ReferenceBatch) -> str:
    """What a batch is called beside its date: API Payments, supplement 2."""
    return f"{batch.description}, supplement {batch.supplement}" if batch.supplement > 1 else batch.description


WORDS = {
    "payments": "{} payment{} whose money differs from what was agreed",
    "refunds": "{} refund{} at Stripe that could not be recorded here",
    "events": "{} message{} from Stripe that could not be worked off",
    "requests": "{} request{} for an appointment",
    "phones": "{} phone number{} to be called",
}
ASKED = {
    "requests": "admin:appointments_appointmentrequest_changelist",
    "phones": "admin:logins_phonechange_changelist",
}


def _countable(user: User) -> dict[str, QuerySet[Any]]:
    """What this user is told to be waiting."""
    found: dict[str, QuerySet[Any]] = {}
    if user.has_perms(SEES_REVIEWS):
        found |= {"payments": find_in_review(), "refunds": find_refunds_in_review(), "events": find_stuck_events()}
    if user.has_perm("appointments.view_appointmentrequest"):
        found["requests"] = shown_to(user, find_waiting_requests())
    if user.has_perm("logins.view_phonechange"):
        found["phones"] = find_waiting_phones()
    return found


def _count(rows: dict[str, QuerySet[Any]]) -> dict[str, int]:
    """How many rows each has, in one question."""
    if not rows:
        return {}
    each = [
        found.order_by().select_related(None).values(what=Value(name)).annotate(n=Count("pk"))
        for name, found in rows.items()
    ]
    first, *others = each
    return {row["what"]: row["n"] for row in first.union(*others, all=True)}


def _find_failed(user: User) -> list[Any]:
    return list(find_failed_refunds(now=timezone.now())) if user.has_perm("payments.view_refund") else []
