"""The messages that belong to something, as a table on its page."""

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from notifications.models import Message
from pops.core.practice.selectors import get_practice


def render_messages(messages: QuerySet[Message]) -> SafeString:
    """What was sent and what became of it."""
    rows = messages.select_related("copied_by", "copy")
    return render_to_string(
        "backoffice/lists/_messages.html", {"messages_sent": rows, "time_zone": get_practice().time_zone}
    )
