"""The QuickPay links of a guarantor, on their page."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pops.core.accounts.models import Guarantor
from pops.core.practice.selectors import get_practice
from pops.core.words import at
from pops.quickpay.models import Link
from pops.quickpay.selectors import find_links
from pops.web.backoffice.lists.readonly import html_table

SHOWN = 10


def render_links(guarantor: Guarantor) -> SafeString:
    """The latest ones: how each went out, and whether it still works."""
    zone, now = get_practice().time_zone, timezone.now()
    rows = [_row(link, zone, now) for link in find_links(guarantor)[:SHOWN]]
    return html_table(["Link", "Made", "Works until", ""], rows, empty="No link was made yet.")


def _row(link: Link, zone: str, now: dt.datetime) -> list[object]:
    made = f"{at(link.made_at, zone)} by {link.made_by or 'POPS'}"
    button = _revoke_link(link) if link.is_good(now) else ""
    return [link.get_origin_display(), made, _say_end(link, zone, now), button]


def _say_end(link: Link, zone: str, now: dt.datetime) -> str:
    if link.revoked_at:
        return f"Revoked {at(link.revoked_at, zone)} by {link.revoked_by}"
    if link.replaced_at:
        return f"Replaced {at(link.replaced_at, zone)} by a newer statement"
    until = at(link.good_until, zone)
    return until if link.is_good(now) else f"Expired {until}"


def _revoke_link(link: Link) -> SafeString:
    return format_html('<a href="{}">Revoke</a>', reverse("backoffice:revoke_link", args=[link.pk]))
