"""A notice that staff send while the guarantor is on the phone: previewed, at $0 too, with words of its own."""

import datetime as dt

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from notifications.kinds import Content, get_kind
from notifications.models import Message
from notifications.services import post_message
from pops.balance_notices import consent
from pops.balance_notices.links import EXAMPLE
from pops.balance_notices.models import BalanceNotice, TextConsent
from pops.balance_notices.notices import KIND, get_facts
from pops.balance_notices.wording import write_notice
from pops.core.access.models import User
from pops.core.accounts.holding import hold_account
from pops.core.accounts.merging import why_not_use
from pops.core.accounts.models import Guarantor
from pops.core.phones import text_number
from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused, refuse
from receipts.visible import get_visible

Channel, Lane = Message.Channel, Message.Lane


def why_not_send(guarantor: Guarantor, channel: str) -> Refused | None:
    """Why no notice can be sent to a guarantor by this channel now."""
    if refusal := why_not_use(guarantor):
        return refusal
    if channel == Channel.TEXT:
        return consent.why_not_text(guarantor)
    return None if guarantor.email else Refused("no_address", "There is no email address on file.")


def why_not_send_any(guarantor: Guarantor) -> Refused | None:
    """Why no notice can be sent to a guarantor, by whatever channel."""
    refusals = [why_not_send(guarantor, channel) for channel in Message.TO_PEOPLE]
    return refusals[0] if all(refusals) else None


def preview_notice(guarantor: Guarantor, *, channel: str, by: User) -> Content:
    """What the notice would say now; its link is the guarantor's alone, and is stood in for by an example."""
    notice = BalanceNotice(guarantor=guarantor, channel=channel, asked_by=by)
    return write_notice(get_facts(notice, get_visible(guarantor), EXAMPLE, get_practice()), channel)


def why_not_without_consent(guarantor: Guarantor, channel: str, *, has_agreed: bool) -> Refused | None:
    """Why a text needs the guarantor's word first: none has been kept for the number on file."""
    if channel != Channel.TEXT or has_agreed or consent.has_consented(guarantor):
        return None
    return Refused("no_consent", "Ask whether the number is theirs and whether they agree, then say so.")


def send_notice(*, guarantor_id: int, channel: str, has_agreed: bool, now: dt.datetime, by: User) -> BalanceNotice:
    """Send a guarantor what is due, at once. Raises Refused.

    `has_agreed`: they said on the phone that they agree to texts, which is kept.
    """
    with transaction.atomic():
        guarantor = hold_account(guarantor_id)
        refuse(why_not_send(guarantor, channel))
        refuse(why_not_without_consent(guarantor, channel, has_agreed=has_agreed))
        if channel == Channel.TEXT:
            consent.keep_consent(guarantor, TextConsent.Place.PHONE, now=now, by=by)
        notice = BalanceNotice.objects.create(guarantor=guarantor, channel=channel, asked_by=by, made_at=now)
        post_message(
            kind=get_kind(KIND),
            to=text_number(guarantor.phone) if channel == Channel.TEXT else guarantor.email,
            guarantor=guarantor,
            about_id=notice.pk,
            lane=Lane.URGENT,
            channel=Channel(channel),
        )
    return notice


def find_notice_messages(guarantor: Guarantor, *, limit: int) -> list[Message]:
    """The latest notices of a guarantor and what became of them, newest first."""
    return list(Message.objects.filter(kind=KIND, guarantor=guarantor).order_by("-pk")[:limit])


def find_notices() -> QuerySet[BalanceNotice]:
    """All notices, each with `state`, `reason` and `sent_at` of its first message."""
    messages = Message.objects.filter(kind=KIND, about_id=OuterRef("pk"), copy_of=None)
    facts = {name: Subquery(messages.values(name)[:1]) for name in ("state", "reason", "sent_at")}
    return BalanceNotice.objects.select_related("guarantor", "statement").annotate(**facts)
