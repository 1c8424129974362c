"""The messages that belong to something, as a table on its page."""

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from notifications.models import Message
from notifications.stops import find_stopped
from pops.balance_notices.asked import find_notice_messages
from pops.core.accounts.models import Guarantor
from pops.core.phones import text_number
from pops.core.practice.selectors import get_practice

NOTICES_SHOWN = 10


def render_notices(guarantor: Guarantor) -> SafeString:
    """A guarantor's balance notices and what became of them, their consent to texts and their STOP."""
    number = text_number(guarantor.phone)
    shown = {
        "messages_sent": find_notice_messages(guarantor, limit=NOTICES_SHOWN),
        "consent": guarantor.text_consents.filter(phone=guarantor.phone).order_by("-pk").first(),
        "stopped_at": find_stopped([number]).get(number),
        "time_zone": get_practice().time_zone,
    }
    return render_to_string("backoffice/lists/_notices.html", shown)


def render_messages(messages: QuerySet[Message]) -> SafeString:
    """What was sent and what became of it."""
    rows = messages.select_related("copied_by", "copy")
    return render_to_string(
        "backoffice/lists/_messages.html", {"messages_sent": rows, "time_zone": get_practice().time_zone}
    )
