"""A check that the bank returned: its money is gone, and what it paid for is owed again."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from batches.breakdown import get_breakdown
from batches.working import NoAttachedBatch
from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused
from receipts.balances import get_receipt_balance
from receipts.corrections.escrow import disburse_escrow, post_escrow
from receipts.corrections.refund import refund_at_desk, why_not_refund_at_desk
from receipts.corrections.returned import Reason, why_not_return
from receipts.corrections.void import void_receipt, why_not_void
from receipts.itemized import itemize
from receipts.models import MoneyReturn, Receipt
from receipts.notices import get_context
from receipts.owed import get_balances, get_credit
from receipts.taking import Taking, take_shared_check
from tests.books import assert_books_balance
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import batch_of, clerk, close, send_back, take, tender, today


@pytest.fixture
def owes(guarantor):
    """Who owes $10.00 and $20.00."""
    ServiceLineFactory(guarantor=guarantor, billed_cents=1000)
    ServiceLineFactory(guarantor=guarantor, billed_cents=2000)
    return guarantor


def check(cents, number="1042"):
    return tender(cents, "check", check_number=number)


def refund(receipt, by, cents):
    """By a check of the practice's own. The number of its receipt."""
    facts = {"now": timezone.now(), "today": today(), "by": by}
    return refund_at_desk(receipt_number=receipt.pk, amounts={"check": cents}, reason="Charged twice", **facts)


def test_the_lines_owe_again_and_the_day_it_was_learned_shows_it(dana, owes):
    receipt = take(dana, check(5000), guarantor=owes)
    assert (get_balances(owes).current_cents, get_credit(owes)) == (0, 2000)
    close(receipt.batch, dana, check=5000)
    batch = batch_of(dana, "Afternoon")

    made = send_back(receipt, dana)

    assert (made.kind, made.amount_cents, made.refund_of, made.batch) == ("returned", -5000, receipt, batch)
    assert (get_balances(owes).current_cents, get_credit(owes)) == (3000, 0)
    assert "refunded" not in get_context(made, get_practice())["note"]
    assert (made.money_return.reason, made.issued_by) == ("funds", dana)
    assert made.reason == "Check 1042 came back. Not enough money in the account (NSF)"
    breakdown = get_breakdown(batch)
    assert (breakdown.returned_cents, breakdown.refunded_cents, breakdown.total_cents) == (-5000, 0, -5000)
    assert breakdown.expected == {"cash": 0, "check": 0, "card": 0, "other": 0}, "no check on the desk is gone"
    closed = close(batch, dana).closes.get()
    made.batch.refresh_from_db()
    assert why_not_void(made, today=today()).code == "batch_closed"
    tomorrow = today() + dt.timedelta(days=1)
    assert "A return can be voided on its day" in why_not_void(made, today=tomorrow).words
    assert (closed.total_cents, closed.returned_cents, closed.over_short_cents) == (-5000, -5000, 0)
    assert_books_balance()


def test_of_several_tenders_only_the_one_that_came_back_is_gone(dana, owes):
    receipt = take(dana, tender(1000), check(3000), guarantor=owes)

    send_back(receipt, dana)

    assert (get_balances(owes).current_cents, get_credit(owes)) == (2000, 0)
    assert get_receipt_balance(receipt).left_cents == 1000
    assert_books_balance()


def test_credit_that_was_used_elsewhere_since_is_owed_there_again(dana, owes):
    receipt = take(dana, check(5000), guarantor=owes)
    later = ServiceLineFactory(guarantor=owes, billed_cents=1500)
    post_escrow(receipt_number=receipt.pk, parts={later.pk: 1500}, today=today(), by=dana)

    made = send_back(receipt, dana)

    assert get_balances(owes).current_cents == 4500
    assert made.postings.get(line=later).amount_cents == -1500
    assert_books_balance()


def test_what_was_refunded_before_is_owed_as_well(dana, owes):
    """The guarantor has $7.00 in hand of a check that was never paid."""
    receipt = take(dana, check(3000), guarantor=owes)
    refund(receipt, dana, 700)

    made = send_back(receipt, dana)

    assert made.amount_cents == -3000
    assert get_balances(owes).current_cents == 3700
    assert itemize(made).net == -700
    assert get_receipt_balance(receipt).escrow_cents == 0
    assert_books_balance()
    paid = take(dana, tender(3700), guarantor=owes, reason="Instead of the check")
    assert (get_balances(owes).current_cents, get_receipt_balance(paid).escrow_cents) == (0, 0)
    assert_books_balance()


def test_what_was_refunded_from_escrow_is_owed_on_the_latest_service(dana, guarantor):
    receipt = take(dana, check(3000), guarantor=guarantor)
    refund(receipt, dana, 700)
    with pytest.raises(Refused, match="has no service to owe that"):
        send_back(receipt, dana)
    line = ServiceLineFactory(guarantor=guarantor, billed_cents=100)
    later = {"encounter__in_collections": True, "service_date": today()}
    ServiceLineFactory(guarantor=guarantor, billed_cents=100, **later)

    made = send_back(receipt, dana)

    assert made.postings.get().line == line, "which can be paid here"
    assert get_balances(guarantor).current_cents == 800
    assert_books_balance()


def test_disbursed_money_is_gone_too(dana, owes):
    receipt = take(dana, check(5000), guarantor=owes)
    disburse_escrow(receipt_number=receipt.pk, cents=2000, reason="Meant for the lab", today=today(), by=dana)

    send_back(receipt, dana)

    assert get_receipt_balance(receipt).disbursed_cents == 0
    assert get_balances(owes).current_cents == 3000
    assert_books_balance()


def test_a_check_for_several_accounts_comes_back_for_all_of_them(dana, owes):
    other = GuarantorFactory()
    numbers = take_shared_check(
        number="77",
        shares={owes.pk: 3000, other.pk: 1200},
        taking=Taking(Receipt.Channel.OFFICE, timezone.now(), today(), dana),
    )

    send_back(Receipt.objects.get(pk=numbers[1]), dana)

    assert sorted(Receipt.objects.filter(kind="returned").values_list("amount_cents", flat=True)) == [-3000, -1200]
    assert (get_balances(owes).current_cents, get_credit(other)) == (3000, 0)
    with pytest.raises(Refused, match="entered as returned already"):
        send_back(Receipt.objects.get(pk=numbers[0]), dana)
    assert_books_balance()


def test_of_a_check_that_was_refunded_whole_both_are_owed(dana, owes):
    """The bank took the check's $30.00, and the guarantor has $30.00 in hand: that, and the services."""
    receipt = take(dana, check(3000), guarantor=owes)
    back = refund(receipt, dana, 3000)
    assert get_balances(owes).current_cents == 3000

    made = send_back(receipt, dana)

    assert (made.amount_cents, itemize(made).net) == (-3000, -3000)
    assert (get_balances(owes).current_cents, get_credit(owes)) == (6000, 0)
    assert get_context(made, get_practice())["note"].endswith("What was refunded of it before is owed as well.")
    assert_books_balance()
    refused = why_not_void(receipt, today=today())
    assert refused.words == (
        f"All of this receipt was refunded and returned by the bank. If that is wrong, void receipt {made.pk} first."
    )
    paid = take(dana, tender(6000), guarantor=owes, reason="Instead of the check")
    assert (get_balances(owes).current_cents, get_receipt_balance(paid).escrow_cents) == (0, 0)
    assert_books_balance()
    void_receipt(receipt_number=back, reason="Never given", today=today(), by=dana)
    assert (get_balances(owes).current_cents, get_credit(owes)) == (0, 3000), "the check's alone was owed"
    void_receipt(receipt_number=made.pk, reason="Another check", today=today(), by=dana)
    assert (get_balances(owes).current_cents, get_credit(owes)) == (0, 6000)
    assert_books_balance()


def test_of_a_shared_check_the_part_that_was_refunded_comes_back_as_well(dana, owes):
    facts, other = Taking(Receipt.Channel.OFFICE, timezone.now(), today(), dana), GuarantorFactory(name="Leo Keller")
    mine, theirs = take_shared_check(number="77", shares={owes.pk: 3000, other.pk: 1200}, taking=facts)
    refund(Receipt.objects.get(pk=theirs), dana, 1200)

    with pytest.raises(Refused, match=r"the account of Leo Keller \(\d+\) has no service"):
        send_back(Receipt.objects.get(pk=mine), dana)
    ServiceLineFactory(guarantor=other, billed_cents=100)
    send_back(Receipt.objects.get(pk=mine), dana)

    assert [get_balances(one).current_cents for one in (owes, other)] == [3000, 1300]
    assert_books_balance()


def test_the_reason_is_one_that_a_bank_gives_for_such_money(dana, owes):
    facts = [check(700, "11"), tender(800, "card", card_brand="visa", card_last4="4242"), tender(900, "other")]
    receipt = take(dana, *facts, guarantor=owes)

    for method, reason in (("check", Reason.DISPUTED), ("check", Reason.NOT_ALLOWED), ("card", Reason.FUNDS),
                           ("other", Reason.NOT_VALID)):  # fmt: skip
        with pytest.raises(Refused, match="No bank says that of"):
            send_back(receipt, dana, method=method, reason=reason)
    for method, reason in (("check", Reason.STOPPED), ("card", Reason.DISPUTED), ("other", Reason.NOT_ALLOWED)):
        assert send_back(receipt, dana, method=method, reason=reason).money_return.reason == reason


def test_what_was_disbursed_is_disbursed_again_when_its_return_was_a_mistake(dana, owes):
    """All of it was: to the lab, say. It is nobody's credit, before and after."""
    receipt = take(dana, check(5000))
    disburse_escrow(receipt_number=receipt.pk, cents=5000, reason="Meant for the lab", today=today(), by=dana)
    made = send_back(receipt, dana)
    assert get_receipt_balance(receipt).disbursed_cents == 0

    void_receipt(receipt_number=made.pk, reason="Another check", today=today(), by=dana)

    assert get_receipt_balance(receipt).disbursed_cents == 5000
    assert get_credit(receipt.guarantor) == 0
    assert_books_balance()


@pytest.mark.parametrize(("paid", "left"), [(0, (3000, 0)), (3700, (0, 700))])
def test_a_refund_that_never_was_is_voided_after_the_return(dana, owes, paid, left):
    """It was of escrow, and the check bounced: what the guarantor had in hand by it, they don't owe."""
    receipt = take(dana, check(5000), guarantor=owes)
    number = refund(receipt, dana, 700)
    send_back(receipt, dana)
    assert get_balances(owes).current_cents == 3700
    if paid:
        take(dana, tender(paid), guarantor=owes, reason="Instead of the check")

    void_receipt(receipt_number=number, reason="Never given", today=today(), by=dana)

    assert (get_balances(owes).current_cents, get_credit(owes)) == left
    assert_books_balance()


def test_a_return_by_mistake_is_voided_and_all_is_as_before(dana, owes):
    receipt = take(dana, check(3000), guarantor=owes)
    refund(receipt, dana, 700)
    made = send_back(receipt, dana)
    take(dana, tender(3700), guarantor=owes, reason="Instead of the check")

    void_receipt(receipt_number=made.pk, reason="Another check", today=today(), by=dana)

    # The cash paid all of it by then: the check's money is credit, but for what stood below zero.
    assert get_balances(owes).current_cents == 0
    assert get_credit(owes) == 3000
    assert_books_balance()
    assert send_back(receipt, dana).amount_cents == -3000, "entered anew"
    assert_books_balance()


def test_what_can_not_have_come_back(dana, owes, pay):
    cash = take(dana, tender(1000), guarantor=owes)
    assert why_not_return(cash).code == "only_cash"
    assert why_not_return(pay()).code == "paid_online"
    voided = take(dana, check(500, "9"), guarantor=owes)
    void_receipt(receipt_number=voided.pk, reason="Mistake", today=today(), by=dana)
    assert why_not_return(Receipt.objects.get(pk=voided.pk)).code == "voided"
    receipt = take(dana, check(700, "11"), guarantor=owes)
    made = send_back(receipt, dana)
    assert why_not_return(receipt).code == "returned"
    assert why_not_refund_at_desk(receipt).code == "returned"
    assert why_not_void(receipt, today=today()).code == "all_gone"
    assert why_not_return(made).code == "no_money"
    with pytest.raises(IntegrityError, match="returned already"), transaction.atomic():
        MoneyReturn.objects.create(
            receipt=made, transaction=receipt.transactions.get(), reason="funds", learned_on=today()
        )


def test_the_notice_has_a_day_and_another_reason_its_words(dana, owes):
    receipt = take(dana, check(700), guarantor=owes)
    for wrong in (today() + dt.timedelta(days=1), receipt.received_on - dt.timedelta(days=1)):
        with pytest.raises(Refused, match="day of the bank's notice"):
            send_back(receipt, dana, learned_on=wrong)
    with pytest.raises(Refused, match="Say in the note"):
        send_back(receipt, dana, reason=Reason.OTHER, note=" ")
    with pytest.raises(NoAttachedBatch):
        send_back(receipt, clerk("Another clerk"))
    assert send_back(receipt, dana, reason=Reason.OTHER, note="Torn").money_return.note == "Torn"
