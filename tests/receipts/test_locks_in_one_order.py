"""Whoever comes to the same patients' services, by whatever account, locks them in one order: nobody waits in a circle.

A patient moves to another account, and what was paid for them stays on the receipts of the first. So two who hold
different guarantors meet at the patients' rows.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from pops.core.accounts.merging import merge_guarantors
from pops.core.accounts.models import Patient
from receipts.corrections.credit import use_credit
from receipts.corrections.returned import Notice, Reason, return_money
from receipts.models import Receipt, Transaction
from receipts.taking import Taking, take_shared_check
from tests.concurrency import find_waiting, wait_until
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import take, tender, today

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lines(practice):
    """Two patients, each with an account and a service of $30.00: the one of the lower id first."""
    return [ServiceLineFactory(billed_cents=3000) for _ in range(2)]


def patient_of(line):
    return line.encounter.patient


def guarantor_of(line):
    return patient_of(line).guarantor


def move(*lines):
    """Their patients go to one other account."""
    other = GuarantorFactory()
    for line in lines:
        patient_of(line).guarantor = other
        patient_of(line).save()


def share(lines, by):
    """One check for both accounts, that of the higher id first."""
    facts = Taking(Receipt.Channel.OFFICE, timezone.now(), today(), by)
    shares = {guarantor_of(line).pk: 1000 for line in reversed(lines)}
    return take_shared_check(number="77", shares=shares, taking=facts)


def returned(lines, by):
    """The check comes back, entered on the receipt of the patient with the higher id; both have moved."""
    number = share(lines, by)[0]
    move(*lines)
    moved, notice = Transaction.objects.get(receipt=number), Notice(Reason.FUNDS, today())
    return lambda: return_money(transaction_id=moved.pk, notice=notice, now=timezone.now(), today=today(), by=by)


def shared(lines, by):
    return lambda: share(lines, by)


def credit(lines, by):
    """Two receipts with credit, the older one of them applied to the patient of the higher id; both have moved."""
    pays = guarantor_of(lines[1])
    patient_of(lines[0]).guarantor = pays
    patient_of(lines[0]).save()
    for line in reversed(lines):
        take(by, tender(2000), guarantor=pays, parts={line.pk: 1000})
    move(*lines)
    ServiceLineFactory(guarantor=pays, billed_cents=3000)
    return lambda: use_credit(guarantor_id=pays.pk, today=today(), by=by, at_desk=True)


def merged(lines, by):
    """Of two patients the one of the lower id was written last, and is met last."""
    first, second = lines
    patient_of(first).guarantor = guarantor_of(second)
    patient_of(first).save()
    into = GuarantorFactory()
    return lambda: merge_guarantors(merged_id=guarantor_of(second).pk, into_id=into.pk, reason="One person", by=by)


@pytest.mark.parametrize("begin", [returned, shared, credit, merged])
def test_who_waits_for_a_patient_holds_none_that_comes_after(begin, lines, dana):
    job = begin(lines, dana)
    low, high = (Patient.objects.select_for_update(no_key=True, nowait=True).filter(pk=patient_of(x).pk) for x in lines)

    def run():
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert low.get()
            waiting = pool.submit(run)
            wait_until(find_waiting)
            assert high.get(), "whoever waits for the first has not the second, for which we may wait"
        assert waiting.result(timeout=300)
