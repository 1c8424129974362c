"""What of a receipt is unapplied is kept by the database as it changes, and told by age."""

import datetime as dt
import importlib
import threading

import pytest
from django.db import connection, transaction
from django.urls import reverse

from receipts.corrections.escrow import disburse_escrow, post_escrow
from receipts.corrections.refund import refund_at_desk
from receipts.corrections.void import void_receipt
from receipts.models import Unapplied
from receipts.unapplied import find_unapplied, sum_by_age
from tests.books import judge_now
from tests.concurrency import find_waiting, wait_until
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import take, tender, today
from tests.factories.staff import DESK, member
from tests.moments import NOON, TODAY


def kept():
    return dict(Unapplied.objects.values_list("receipt", "cents"))


@pytest.mark.django_db(transaction=True)
def test_it_follows_all_that_becomes_of_a_receipt(dana, pay):
    guarantor = GuarantorFactory()
    receipt = take(dana, guarantor=guarantor)
    wrong = take(dana, tender(700), guarantor=guarantor)
    assert kept() == {receipt.pk: 5000, wrong.pk: 700}

    line = ServiceLineFactory(guarantor=guarantor, billed_cents=2000)
    post_escrow(receipt_number=receipt.pk, parts={line.pk: 2000}, today=today(), by=dana)
    assert kept()[receipt.pk] == 3000
    disburse_escrow(receipt_number=receipt.pk, cents=500, reason="Not ours", today=today(), by=dana)
    assert kept()[receipt.pk] == 2500
    back = refund_at_desk(
        receipt_number=receipt.pk, amounts={"cash": 1000}, reason="Too much", now=NOON, today=today(), by=dana
    )
    assert kept()[receipt.pk] == 1500
    void_receipt(receipt_number=back, reason="Mistake", today=today(), by=dana)
    assert kept()[receipt.pk] == 2500
    void_receipt(receipt_number=wrong.pk, reason="Mistake", today=today(), by=dana)
    assert kept() == {receipt.pk: 2500}

    ServiceLineFactory(guarantor=guarantor, billed_cents=9000)
    assert kept() == {receipt.pk: 2500}
    take(dana, tender(4000), guarantor=guarantor)  # applied whole: nothing is kept of it
    assert kept() == {receipt.pk: 2500}


def fill():
    """As an upgrade does with the receipts of before, beside the work of others."""
    with connection.schema_editor(atomic=False) as editor:
        importlib.import_module("receipts.migrations.0010_fill_unapplied").fill(None, editor)
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_an_upgrade_fills_in_what_was_there_and_sees_what_moves_meanwhile(dana):
    gone, part, void, refunded, later = [take(dana, tender(cents)) for cents in (5000, 700, 800, 900, 600)]
    disburse_escrow(receipt_number=part.pk, cents=200, reason="Not ours", today=today(), by=dana)
    void_receipt(receipt_number=void.pk, reason="Mistake", today=today(), by=dana)
    refund_at_desk(
        receipt_number=refunded.pk, amounts={"cash": 400}, reason="Too much", now=NOON, today=today(), by=dana
    )
    of_before = kept()
    Unapplied.objects.exclude(receipt=later.pk).delete()

    with transaction.atomic():
        disburse_escrow(receipt_number=gone.pk, cents=5000, reason="Not ours", today=today(), by=dana)
        upgrade = threading.Thread(target=fill)
        upgrade.start()
        wait_until(find_waiting)
    upgrade.join()

    assert of_before.pop(gone.pk) == 5000
    assert kept() == of_before == {part.pk: 500, refunded.pk: 500, later.pk: 600}


@pytest.fixture
def three(practice, pay):
    """Of each age a receipt without any service to go to."""
    return [pay(cents=cents, at=NOON - dt.timedelta(days=days)) for cents, days in ((100, 400), (200, 40), (300, 0))]


@pytest.mark.django_db
def test_it_is_summed_by_age_and_listed_the_oldest_first(three):
    judge_now()
    sums = {one.age.name: (one.cents, one.receipts) for one in sum_by_age(today=TODAY)}

    assert sums == {"0-30": (300, 1), "31-60": (200, 1), "61-90": (0, 0), "91-365": (0, 0), "366": (100, 1)}
    assert [one.receipt for one in find_unapplied(today=TODAY, age=None)] == three
    assert [one.receipt for one in find_unapplied(today=TODAY, age=None, after=three[0].pk)] == three[1:]


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["?age=366", "", "?age=old", "?after=x", "?after=99999999999999999999"])
def test_the_page_lists_them_with_guarantor_and_age(three, client_of, time_machine, asked):
    judge_now()
    time_machine.move_to(NOON)
    page = client_of(member(DESK)).get(reverse("backoffice:unapplied") + asked).content.decode()

    assert three[0].guarantor_name in page
    assert reverse("admin:receipts_receipt_change", args=[three[0].pk]) in page
    assert ("There is no such age" in page) == (asked == "?age=old")
    assert (three[2].account_number in page) == (asked != "?age=366")
