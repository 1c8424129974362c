"""Who gets a notice today: by the group's days, the practice's hours, the guarantor's own word, and what is owed."""

import datetime as dt

import pytest

from notifications.models import Message
from notifications.stops import note_start, note_stop
from pops.balance_notices.models import BalanceNotice
from pops.balance_notices.queueing import queue_due_notices
from pops.core.accounts.models import Encounter, ServiceLine
from tests.balance_notices.agreeing import NUMBER, PHONE, agree
from tests.factories.accounts import StatementFactory
from tests.factories.payments import PaymentFactory
from tests.moments import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("twilio")]


def queue(now=NOON):
    """How many, and where the newest messages go."""
    queue_due_notices(now=now)
    return sorted(Message.objects.filter(kind="balance_notice").values_list("channel", "to"))


@pytest.mark.parametrize(
    ("days", "told"),
    [(2, None), (3, 3), (9, 3), (10, None), (14, 14), (20, 14), (21, None), (30, 30), (90, None)],
)
def test_the_latest_of_the_groups_days_counts_while_it_is_fresh(owes, days, told):
    owes(days)

    queue()

    assert [notice.days for notice in BalanceNotice.objects.all()] == ([told] if told else [])


def test_each_is_told_once_a_step_and_again_at_the_next(owes):
    guarantor = owes(3)

    for day in (0, 0, 1, 11, 11):
        queue(NOON + dt.timedelta(days=day))

    assert [notice.days for notice in guarantor.balance_notices.order_by("pk")] == [3, 14]
    assert Message.objects.filter(kind="balance_notice").count() == 2


def test_a_newer_statement_begins_anew(owes):
    guarantor = owes(20)
    statement = StatementFactory(guarantor=guarantor, statement_date=NOON.date() - dt.timedelta(days=3))

    queue()

    assert [(one.statement, one.days) for one in guarantor.balance_notices.all()] == [(statement, 3)]


def test_nothing_goes_out_at_night_nor_before_the_portal_is_open_nor_without_days(owes, practice, group):
    owes()
    for hour in (3, 8, 20, 23):  # in New York
        assert queue(NOON.replace(hour=0) + dt.timedelta(hours=5 + hour)) == []
    practice.opened_at, opened_at = None, practice.opened_at
    practice.save()
    assert queue() == []
    practice.opened_at = opened_at
    practice.save()
    group.notice_days = ""
    group.save()

    assert queue() == []


def test_who_owes_nothing_has_paid_or_is_paying_gets_none(owes, pay):
    paid, paying, in_collections, new_charges = owes(), owes(), owes(), owes()
    pay(paid, cents=10000)
    PaymentFactory(guarantor=paying)
    Encounter.objects.filter(patient__guarantor=in_collections).update(in_collections=True)
    ServiceLine.objects.filter(encounter__patient__guarantor=new_charges).update(statement=None)

    assert queue() == []

    new_charges.group.include_new_charges = True
    new_charges.group.save()
    assert queue() == [("email", new_charges.email)]


def test_who_is_retired_or_the_trial_account_gets_none(owes):
    owes(is_retired=True)
    owes(is_trial=True)

    assert queue() == []


def test_it_comes_by_the_way_that_was_chosen(owes, owes_by_text):
    chosen = {"notices_chosen_at": NOON}
    by_email, never_asked = owes(notices_by="email", email_opt_out=True, **chosen), owes()
    owes(notices_by="paper", **chosen)
    owes(email_opt_out=True)  # asked for no receipts by email, and never for notices
    owes(email="", login=False)
    owes_by_text()

    assert queue() == [("email", by_email.email), ("email", never_asked.email), ("text", NUMBER)]


def test_a_text_needs_the_consent_to_this_number_and_no_stop(owes, owes_by_text, group, settings):
    chosen = {"notices_by": "text", "notices_chosen_at": NOON, "phone": PHONE}
    owes(phone_confirmed_at=NOON, **chosen)
    unconfirmed = owes(**chosen)
    agree(unconfirmed)
    moved = owes_by_text()
    moved.phone = "(312) 555-0199"
    moved.save()
    assert queue() == []

    guarantor = owes_by_text()
    note_stop(number=NUMBER, now=NOON)
    assert queue() == []
    note_start(number=NUMBER, now=NOON)
    settings.TEXTS_ARE_ON = False
    assert queue() == []
    settings.TEXTS_ARE_ON, group.text_notices = True, False
    group.save()
    assert queue() == []
    group.text_notices = True
    group.save()

    assert queue() == [("text", NUMBER)]
    assert guarantor.balance_notices.count() == 1


def test_who_was_told_by_staff_a_moment_ago_waits(owes, staff_user):
    guarantor = owes()
    BalanceNotice.objects.create(guarantor=guarantor, channel="email", asked_by=staff_user, made_at=NOON)

    assert queue() == []
    assert queue(NOON + dt.timedelta(days=1)) == [("email", guarantor.email)]
