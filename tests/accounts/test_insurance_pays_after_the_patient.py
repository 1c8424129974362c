"""What insurance pays after the patient is too much on its service: credit, given back first, applied by a person."""

import contextlib
import functools

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from pops.core.accounts.models import Patient, ServiceLine
from pops.core.refusals import Refused
from receipts.balances import find_overpaid_lines, get_receipt_balance
from receipts.corrections.escrow import get_applicable_cents, post_escrow
from receipts.corrections.refund import refund_at_desk
from receipts.models import Receipt
from receipts.owed import find_lines, get_balances, get_credit
from tests.books import judge
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory, StatementFactory
from tests.factories.desk import take, tender, today


@pytest.fixture
def first(guarantor):
    return ServiceLineFactory(guarantor=guarantor, billed_cents=6000, description="First")


@pytest.fixture
def receipt(dana, guarantor, first):
    """First $60.00 and Second $40.00, paid together; then insurance pays First."""
    ServiceLineFactory(encounter=first.encounter, billed_cents=4000, description="Second")
    receipt = take(dana, tender(10000), guarantor=guarantor)
    insurance_pays(first, 6000)
    return receipt


def insurance_pays(line, cents):
    ServiceLine.objects.filter(pk=line.pk).update(insurance_paid_cents=cents)


def refund(receipt, by, cents):
    facts = {"reason": "Insurance paid", "now": timezone.now(), "today": today(), "by": by}
    return refund_at_desk(receipt_number=receipt.pk, amounts={"cash": cents}, **facts)


def remaining(guarantor):
    return {line.description: line.remaining_cents for line in find_lines(guarantor)}


def test_what_is_too_much_is_credit(guarantor, receipt, first, client_of, dana):
    assert get_credit(guarantor) == 6000
    assert find_overpaid_lines(receipt) == {first.pk: 6000}
    assert "<strong>$60.00</strong> of credit" in client_of(guarantor).get("/account/").content.decode()
    staff = client_of(dana)
    assert "$60.00" in staff.get(reverse("backoffice:take", args=[guarantor.pk])).content.decode()
    assert "Too much on services now" in staff.get(f"/admin/receipts/receipt/{receipt.pk}/change/").content.decode()


def test_a_refund_gives_back_first_what_is_too_much(guarantor, receipt, dana):
    refund(receipt, dana, 6000)

    assert remaining(guarantor) == {"First": 0, "Second": 0}
    assert get_credit(guarantor) == 0
    judge()


def test_a_refund_beyond_it_goes_on_with_what_was_applied_last(guarantor, receipt, dana):
    refund(receipt, dana, 7000)

    assert remaining(guarantor) == {"First": 0, "Second": 1000}
    judge()


def test_a_new_service_is_owed_in_full_and_paid_from_the_credit(guarantor, receipt, first, dana, client_of):
    ServiceLineFactory(encounter=first.encounter, billed_cents=8000, description="Third")
    assert get_balances(guarantor).current_cents == 8000
    take(dana, tender(2000), guarantor=guarantor)
    assert (remaining(guarantor)["Third"], get_credit(guarantor)) == (6000, 6000)

    page = client_of(dana).get(reverse("backoffice:post_escrow", args=[receipt.pk])).content.decode()
    assert "Too much on services" in page
    assert post_escrow(receipt_number=receipt.pk, parts=None, today=today(), by=dana) == 6000

    assert remaining(guarantor) == {"First": 0, "Second": 0, "Third": 0}
    assert (get_balances(guarantor).current_cents, get_credit(guarantor)) == (0, 0)
    judge()


def test_a_person_applies_a_part_of_it(guarantor, receipt, first, dana):
    third = ServiceLineFactory(encounter=first.encounter, billed_cents=8000, description="Third")
    with pytest.raises(Refused, match="more than the money there is"):
        post_escrow(receipt_number=receipt.pk, parts={third.pk: 6001}, today=today(), by=dana)

    post_escrow(receipt_number=receipt.pk, parts={third.pk: 2500}, today=today(), by=dana)

    assert remaining(guarantor) == {"First": -3500, "Second": 0, "Third": 5500}
    assert (get_credit(guarantor), get_receipt_balance(receipt).escrow_cents) == (3500, 0)
    judge()


def test_amount_due_is_never_above_current_balance(guarantor, receipt, first):
    statement = StatementFactory(guarantor=guarantor)
    ServiceLineFactory(encounter=first.encounter, billed_cents=8000, statement=statement)

    balances = get_balances(guarantor)

    assert (balances.amount_due_cents, balances.current_cents) == (8000, 8000)


def test_the_credit_is_of_who_paid_also_after_the_patient_moved(guarantor, receipt, dana):
    other = GuarantorFactory()
    Patient.objects.update(guarantor=other)

    assert (get_credit(guarantor), get_credit(other)) == (6000, 0)
    refund(receipt, dana, 6000)
    assert get_credit(guarantor) == get_balances(other).current_cents == 0
    judge()


def test_of_two_receipts_the_later_one_is_too_much_first(guarantor, first, dana):
    early, late = (take(dana, tender(cents), guarantor=guarantor) for cents in (2500, 3500))
    insurance_pays(first, 4000)

    assert (find_overpaid_lines(early), find_overpaid_lines(late)) == ({first.pk: 500}, {first.pk: 3500})
    assert get_credit(guarantor) == 4000


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_the_credit_is_applied_once_however_many_apply_and_refund_it(guarantor, receipt, first, dana, round_):
    ServiceLineFactory(encounter=first.encounter, billed_cents=8000, description="Third")

    def attempt(job):
        try:
            job()
        except Refused:
            return 0
        return 1

    apply = functools.partial(post_escrow, receipt_number=receipt.pk, parts=None, today=today(), by=dana)
    give_back = functools.partial(refund, receipt, dana, 1000)

    run_together([functools.partial(attempt, job) for job in [apply, give_back] * 4], width=8)

    given_back = get_receipt_balance(receipt).refunded_cents
    assert get_credit(guarantor) == 0
    assert get_balances(guarantor).current_cents == 2000 + given_back


# --- Whatever the order -------------------------------------------------------------------------------------------

# Few amounts, so that they meet: all of a service, a part of it, more than it.
CENTS = st.sampled_from([700, 2000, 5000, 12000])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), CENTS),
        st.tuples(st.just("insurance"), st.integers(0, 4), st.sampled_from([0, 1500, 5000, 12000])),
        st.tuples(st.just("refund"), st.integers(0, 9), CENTS),
        st.tuples(st.just("apply"), st.integers(0, 9)),
    ),
    min_size=2,
    max_size=7,
)


def payments_of(guarantor):
    return list(Receipt.objects.filter(guarantor=guarantor, kind="payment").order_by("pk"))


def do(step, *, guarantor, lines, by):
    """One step; a refund that is all credit leaves the balance as it was."""
    what, *facts = step
    if what == "pay":
        take(by, tender(facts[0]), guarantor=guarantor)
    elif what == "insurance":
        line = lines[facts[0] % len(lines)]
        insurance_pays(line, min(facts[1], line.billed_cents))
    elif receipts := payments_of(guarantor):
        receipt = receipts[facts[0] % len(receipts)]
        if what == "apply":
            apply(receipt, by)
        elif cents := min(facts[1], get_receipt_balance(receipt).left_cents):
            credit, before = get_applicable_cents(receipt), get_balances(guarantor).current_cents
            refund(receipt, by, cents)
            assert get_balances(guarantor).current_cents == before + max(cents - credit, 0)


def apply(receipt, by):
    with contextlib.suppress(Refused):  # there is no credit, or nothing is owed
        post_escrow(receipt_number=receipt.pk, parts=None, today=today(), by=by)


def check(guarantor):
    """Amount Due within Current Balance, no negative, and no cent more or less than came in and is owed."""
    balances, credit = get_balances(guarantor), get_credit(guarantor)
    assert 0 <= balances.amount_due_cents <= balances.current_cents
    received = sum(Receipt.objects.filter(guarantor=guarantor).values_list("amount_cents", flat=True))
    owed = sum(line.patient_share_cents for line in find_lines(guarantor))
    assert credit >= 0
    assert credit - balances.current_cents == received - owed


@settings(max_examples=30, derandomize=True)
@given(shares=st.lists(st.tuples(CENTS, st.booleans()), min_size=1, max_size=5), steps=STEPS)
def test_no_order_of_payments_insurance_and_refunds_breaks_the_balances(dana, shares, steps):
    with transaction.atomic():
        guarantor = GuarantorFactory()
        statement = StatementFactory(guarantor=guarantor)
        lines = [
            ServiceLineFactory(guarantor=guarantor, billed_cents=cents, statement=statement if on_statement else None)
            for cents, on_statement in shares
        ]
        for step in [("pay", sum(cents for cents, _ in shares)), *steps]:  # all is paid, with nothing in escrow
            do(step, guarantor=guarantor, lines=lines, by=dana)
            check(guarantor)
        for receipt in payments_of(guarantor):
            apply(receipt, dana)
        check(guarantor)
        assert min(get_balances(guarantor).current_cents, get_credit(guarantor)) == 0  # nothing owed beside credit
        judge()
        transaction.set_rollback(True)
