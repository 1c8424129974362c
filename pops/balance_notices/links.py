"""Where a notice leads: to paying without signing in, by a link of its own that is the same each time it is written."""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from notifications.models import Message
from pops.balance_notices.models import BalanceNotice
from pops.quickpay.addresses import get_address
from pops.quickpay.models import Link
from pops.quickpay.services import Wanted, draw_token, keep_links, why_not_make_link
from pops.sessions.models import PortalSession
from pops.sessions.origins import get_sign_in_path, say_origin

ORIGINS = {Message.Channel.EMAIL.value: Link.Origin.EMAIL, Message.Channel.TEXT.value: Link.Origin.TEXT}
SESSIONS = {
    Message.Channel.EMAIL.value: PortalSession.Origin.EMAIL_LINK,
    Message.Channel.TEXT.value: PortalSession.Origin.TEXT_LINK,
}
# What a preview shows instead of a link that would work.
EXAMPLE = get_address("…")


def find_addresses(notices: Sequence[BalanceNotice], *, now: dt.datetime) -> dict[int, str]:
    """Where each of these notices leads, by its id: to signing in, where its group has no QuickPay."""
    wanted = {notice.pk: _want(notice) for notice in notices if why_not_make_link(notice.guarantor) is None}
    keep_links(list(wanted.values()), now=now)
    return {
        notice.pk: get_address(wanted[notice.pk].token) if notice.pk in wanted else _pay_address(notice)
        for notice in notices
    }


def sign_in_address(page: str) -> str:
    """Where a guarantor signs in and is taken to a page of the portal."""
    return f"{settings.SITE_URL}{get_sign_in_path(page)}"


def _pay_address(notice: BalanceNotice) -> str:
    """Signing in, then paying; the session will know which link it began with."""
    return sign_in_address(say_origin(reverse("payments:start"), SESSIONS[notice.channel]))


def _want(notice: BalanceNotice) -> Wanted:
    """With the notice's moment: after a backup was restored, its number may come again, and be another guarantor's."""
    token = draw_token(f"balance notice {notice.pk} of {notice.made_at.isoformat()}")
    return Wanted(token, notice.guarantor, ORIGINS[notice.channel], by=notice.asked_by)
