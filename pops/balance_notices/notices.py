"""The outbox's kind for balance notices. Whether one is still wanted is asked again when it leaves."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.urls import reverse

from notifications import kinds
from notifications.kinds import Content, Kind, NotNow, NotWanted, Write
from notifications.models import Message
from notifications.stops import find_stopped
from payments.selectors import find_who_is_paying
from pops.balance_notices.hours import find_next_hours
from pops.balance_notices.links import find_addresses, sign_in_address
from pops.balance_notices.models import BalanceNotice
from pops.balance_notices.wording import Facts, write_notice
from pops.core.accounts.models import Guarantor
from pops.core.phones import text_number
from pops.core.practice.look import get_look
from pops.core.practice.models import Practice
from pops.core.practice.selectors import get_practice
from receipts.owed import find_balances
from receipts.visible import Visible, see

KIND = "balance_notice"
NOTHING = Visible(amount_due_cents=0, current_cents=0, collections_cents=0, has_new_charges=False)


class Reason(models.TextChoices):
    """Why a notice is not sent."""

    PAID = "paid", "Nothing is due any more"
    PAYING = "paying", "The guarantor was paying at that moment"
    STOPPED = "stopped", "The guarantor answered STOP"
    CHOSE_ELSE = "chose_else", "The guarantor chose another way since"
    MOVED = "moved", "The address or the number changed since"
    RETIRED = "retired", "The account is not used any more"


@dataclass(frozen=True)
class Known:
    """What is known about some notices at the moment they leave, in a few queries for all."""

    now: dt.datetime
    opens_at: dt.datetime | None
    stopped: Mapping[str, dt.datetime]
    paying: set[int]
    visible: Mapping[int, Visible]


def prepare(messages: Sequence[Message]) -> Mapping[int, Write]:
    """What writes each of these notices, or says why it isn't to be sent, or not now.

    Who asked for it on the phone is awake; it is given up within a quarter of an hour, so no fault carries it into the
    night.
    """
    practice, rows = get_practice(), _find(messages)
    known = _learn(practice, messages, rows)
    stays = {message.pk: _find_stay(message, rows[message.about_id or 0], known) for message in messages}
    addresses = find_addresses([rows[one.about_id or 0] for one in messages if not stays[one.pk]], now=known.now)
    writes: dict[int, Write] = {}
    for message in messages:
        notice, stay = rows[message.about_id or 0], stays[message.pk]
        if not stay:
            facts = get_facts(notice, known.visible[notice.guarantor_id], addresses[notice.pk], practice)
        writes[message.pk] = stay or partial(write_notice, facts, message.channel)
    return writes


def _find_stay(message: Message, notice: BalanceNotice, known: Known) -> Write | None:
    """What says that a notice isn't to be sent, or not now; None for one that goes out."""
    if reason := find_reason(message, notice, known):
        return partial(_refuse, reason)
    if known.opens_at and not notice.asked_by_id:
        return partial(_put_off, known.opens_at)
    return None


kinds.declare(Kind(name=KIND, label="Balance notice", prepare=prepare, reasons=dict(Reason.choices)))


def find_reason(message: Message, notice: BalanceNotice, known: Known) -> Reason | None:
    """Why a notice is not to be sent any more. Who asked for it on the phone gets it at $0 and while paying, too."""
    guarantor, is_text = notice.guarantor, message.channel == Message.Channel.TEXT
    if guarantor.is_retired:
        return Reason.RETIRED
    if is_text and message.to in known.stopped:
        return Reason.STOPPED
    if message.to != (text_number(guarantor.phone) if is_text else guarantor.email):
        return Reason.MOVED
    return None if notice.asked_by_id else _find_reason_of_schedule(message, guarantor, known)


def _find_reason_of_schedule(message: Message, guarantor: Guarantor, known: Known) -> Reason | None:
    if guarantor.notices_by not in ("", message.channel):
        return Reason.CHOSE_ELSE
    if guarantor.pk in known.paying:
        return Reason.PAYING
    return None if known.visible[guarantor.pk].amount_due_cents else Reason.PAID


def get_facts(notice: BalanceNotice, visible: Visible, url: str, practice: Practice) -> Facts:
    """What a notice is written of."""
    return Facts(
        look=get_look(practice, notice.guarantor.group),
        visible=visible,
        url=url,
        profile_url=sign_in_address(reverse("profile_notices")),
        is_asked=notice.is_asked,
    )


def _find(messages: Sequence[Message]) -> dict[int, BalanceNotice]:
    notices: Any = BalanceNotice.objects.select_related("guarantor__group", "asked_by").annotate(now=Now())
    return dict(notices.in_bulk([message.about_id for message in messages]))


def _learn(practice: Practice, messages: Sequence[Message], rows: Mapping[int, BalanceNotice]) -> Known:
    # The database's clock, by which the outbox claims: one for all workers.
    now = max(row.now for row in rows.values())  # type: ignore[attr-defined]
    people = {row.guarantor_id: row.guarantor for row in rows.values()}
    balances = find_balances(people)
    return Known(
        now=now,
        opens_at=find_next_hours(practice, now),
        stopped=find_stopped(message.to for message in messages),
        paying=find_who_is_paying(people),
        visible={pk: see(one.group, balances[pk]) if pk in balances else NOTHING for pk, one in people.items()},
    )


def _refuse(reason: Reason) -> Content:
    raise NotWanted(reason.value)


def _put_off(until: dt.datetime) -> Content:
    raise NotNow(until)
