"""What each page of the back office shows of the inbox: how much is in it, and on the front page the first of it."""

from typing import Any

from django import template
from django.utils import timezone

from pops.core.practice.models import Practice
from pops.web.backoffice.inbox.reading import Inbox, get_inbox, read_remarks

register = template.Library()

FIRST = 8
# The front page tells of these in its own way.
TOLD_THERE = ("batch", "books")


@register.simple_tag(takes_context=True)
def inbox_count(context: Any) -> str:
    """How much waits for who looks, as the menu says it; nothing before there is a practice."""
    try:
        return get_inbox(context["request"], now=timezone.now()).count
    except Practice.DoesNotExist:
        return ""


@register.simple_tag(takes_context=True)
def inbox_first(context: Any) -> Inbox | None:
    """The first entries, for the front page; nothing before there is a practice."""
    try:
        whole = get_inbox(context["request"], now=timezone.now())
    except Practice.DoesNotExist:
        return None
    others = [entry for entry in whole.entries if entry.kind.name not in TOLD_THERE]
    first = Inbox(others[:FIRST], whole.cut_off)
    read_remarks(first.entries)
    return first
