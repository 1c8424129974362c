"""A void that Stripe answers after midnight, while late money of the same guarantor comes for the day before."""

import datetime as dt
import threading
import uuid

import pytest
from django.db import connection, transaction

from payments.gateway.refunds import RefundFacts
from payments.models import Refund
from payments.recording.refunds import record_refund
from pops.core.locks import hold
from receipts.models import Receipt
from tests.concurrency import find_waiting, run_together, wait_until
from tests.moments import NOON, TODAY, TOMORROW

pytestmark = pytest.mark.django_db(transaction=True)
AFTER_MIDNIGHT = NOON + dt.timedelta(hours=13)


@pytest.fixture
def void(pay, guarantor, staff_user):
    """Asked for on the receipt's own day."""
    receipt = pay(guarantor)
    return Refund.objects.create(
        receipt=receipt,
        charge_id=receipt.transactions.get().number,
        amount_cents=5000,
        voids=True,
        reason="Charged to the wrong account",
        requested_by=staff_user,
    )


def answer_of(void):
    return RefundFacts(
        stripe_id=f"re_{uuid.uuid4().hex}",
        charge_id=void.charge_id,
        intent_id="pi_of_the_payment",
        amount_cents=5000,
        state=Refund.State.SUCCEEDED,
        occurred_at=AFTER_MIDNIGHT,
        refund_id=void.pk,
        returns=None,
        failure="",
    )


def test_it_waits_for_the_late_money_instead_of_standing_in_its_way(void, guarantor, practice):
    is_held = threading.Event()

    def late_money():
        """Has its day, and wants the guarantor once the void has begun."""
        with transaction.atomic():
            hold(days=[TODAY])
            is_held.set()
            wait_until(find_waiting)
            with connection.cursor() as cursor:
                cursor.execute("SELECT FROM accounts_guarantor WHERE id = %s FOR NO KEY UPDATE", [guarantor.pk])

    def answer():
        assert is_held.wait(30)
        record_refund(payment=void.receipt, facts=answer_of(void), now=AFTER_MIDNIGHT)

    run_together([late_money, answer])  # in a circle, PostgreSQL would end one of them with an error

    void.refresh_from_db()
    assert void.state == "succeeded"
    # Its day is over: the money went back on a receipt of the day on which it did.
    assert Receipt.objects.get(kind="refund").received_on == TOMORROW


def test_days_are_taken_earliest_first_whatever_the_order_they_are_named_in(db):
    with transaction.atomic():
        held = hold(days=[TOMORROW], alone=[TODAY])
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT objid, mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() ORDER BY objid"
            )
            taken = cursor.fetchall()

    assert taken == [(TODAY.toordinal(), "ExclusiveLock"), (TOMORROW.toordinal(), "ShareLock")]
    held.need(day=TODAY, alone=TODAY)
