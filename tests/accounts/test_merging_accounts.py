"""Two accounts of one person become one, and two again until new money comes."""

import contextlib
import functools
import uuid

import pytest
from django.utils import timezone

from payments.attempts import start_payment
from payments.models import Payment
from pops.core.accounts.merging import merge_guarantors, undo_merge
from pops.core.accounts.models import Guarantor, GuarantorMerge
from pops.core.accounts.search import find_guarantors
from pops.core.locks import HoldsAnother
from pops.core.refusals import Refused
from receipts.models import Receipt
from receipts.owed import get_balances, get_credit
from receipts.taking import Taking, take_shared_check
from tests.books import assert_books_balance
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory, PatientFactory, ServiceLineFactory, StatementFactory
from tests.factories.desk import batch_of, clerk, send_back, take, tender, today
from tests.factories.payments import PaymentFactory


@pytest.fixture
def ruth(practice):
    user = clerk("Ruth")
    batch_of(user)
    return user


@pytest.fixture
def twice(ruth):
    """Maria's account, and the one that somebody opened for her again: each with a service, money and credit."""
    accounts = (
        GuarantorFactory(account_number="48210"),
        GuarantorFactory(account_number="W100001", phone="555 010 7777"),
    )
    for guarantor in accounts:
        line = ServiceLineFactory(
            guarantor=guarantor, billed_cents=5000, statement=StatementFactory(guarantor=guarantor)
        )
        take(ruth, tender(7000), guarantor=guarantor, parts={line.pk: 3000})
    return accounts


def merge(twice, by, reason="The same person"):
    into, merged = twice
    return merge_guarantors(merged_id=merged.pk, into_id=into.pk, reason=reason, by=by)


def test_all_that_is_hers_is_on_one_account(twice, ruth):
    into, merged = twice

    merge(twice, ruth)

    assert (get_balances(into).current_cents, get_balances(into).amount_due_cents) == (4000, 4000)
    assert get_credit(into) == 8000
    assert (into.receipts.count(), into.patients.count(), into.statements.count()) == (2, 2, 2)
    assert get_balances(merged).current_cents == get_credit(merged) == merged.receipts.count() == 0
    assert_books_balance()


def test_a_receipt_keeps_what_was_printed_on_it(twice, ruth):
    before = set(Receipt.objects.values_list("number", "guarantor_name", "account_number", "amount_cents"))

    merge(twice, ruth)

    assert set(Receipt.objects.values_list("number", "guarantor_name", "account_number", "amount_cents")) == before


def test_the_old_number_and_phone_find_the_account_that_stays(twice, ruth):
    into, _ = twice

    merge(twice, ruth)

    for words in ("W100001", "7777", "48210"):
        assert find_guarantors(words) == [into], words


def test_nothing_is_taken_on_the_account_that_ended(twice, ruth):
    _, merged = twice
    merge(twice, ruth)

    with pytest.raises(Refused, match=r"was merged into Maria Alvarez \(48210\)\. Use that one\."):
        take(ruth, guarantor=merged)
    with pytest.raises(Refused, match="was merged into"):
        start_payment(payment_id=uuid.uuid4(), guarantor=merged, amount_cents=500, now=timezone.now())
    assert not Payment.objects.exists()


def test_undoing_gives_back_what_went_over_and_keeps_what_came_since(twice, ruth):
    into, merged = twice
    made = merge(twice, ruth)
    newer = PatientFactory(guarantor=into)

    undo_merge(merge_id=made.pk, reason="They are sisters", now=timezone.now(), by=ruth)

    for guarantor in twice:
        assert (get_balances(guarantor).current_cents, get_credit(guarantor)) == (2000, 4000)
    assert newer in into.patients.all()
    merged.refresh_from_db()
    assert not merged.is_retired
    assert find_guarantors("W100001") == [merged]
    assert_books_balance()
    with pytest.raises(Refused, match="undone before"):
        undo_merge(merge_id=made.pk, reason="Again", now=timezone.now(), by=ruth)


def test_new_money_keeps_a_merge(twice, ruth):
    into, _ = twice
    made = merge(twice, ruth)
    take(ruth, guarantor=into)

    with pytest.raises(Refused, match="Money has come"):
        undo_merge(merge_id=made.pk, reason="They are sisters", now=timezone.now(), by=ruth)


def test_accounts_merged_one_after_the_other_are_undone_from_the_last(twice, ruth):
    last, (into, merged) = GuarantorFactory(account_number="50000"), twice
    first = merge(twice, ruth)
    second = merge_guarantors(merged_id=into.pk, into_id=last.pk, reason="Again the same", by=ruth)

    assert find_guarantors("W100001") == [last]
    assert get_credit(last) == 8000

    undo_merge(merge_id=second.pk, reason="Not the same", now=timezone.now(), by=ruth)
    assert find_guarantors("W100001") == [into]
    undo_merge(merge_id=first.pk, reason="Not the same", now=timezone.now(), by=ruth)
    assert [get_credit(guarantor) for guarantor in (last, into, merged)] == [0, 4000, 4000]
    assert_books_balance()


@pytest.mark.parametrize("state", ["started", "processing", "review"])
def test_accounts_with_a_payment_in_the_air_wait(twice, ruth, state):
    PaymentFactory(guarantor=twice[1], state=state)

    with pytest.raises(Refused, match="is not settled yet"):
        merge(twice, ruth)

    assert not GuarantorMerge.objects.exists()


@pytest.mark.parametrize(("reason", "words"), [("", "Say why"), ("  ", "Say why")])
def test_why_is_asked(twice, ruth, reason, words):
    with pytest.raises(Refused, match=words):
        merge(twice, ruth, reason=reason)


def test_an_account_is_not_merged_with_itself_or_one_that_ended(twice, ruth):
    into, merged = twice
    with pytest.raises(Refused, match="the same account"):
        merge_guarantors(merged_id=into.pk, into_id=into.pk, reason="Once", by=ruth)
    merge(twice, ruth)
    with pytest.raises(Refused, match="was merged into"):
        merge_guarantors(merged_id=into.pk, into_id=merged.pk, reason="Back", by=ruth)


def test_who_and_why_are_kept_with_both_accounts(twice, ruth):
    made = merge(twice, ruth)

    assert (made.merged_by, made.reason) == (ruth, "The same person")
    event = twice[1].events.order_by("pgh_id").last()
    assert (event.is_retired, event.pgh_context.metadata) == (True, {"user": ruth.pk, "reason": "The same person"})


@pytest.mark.django_db(transaction=True)
def test_payments_of_both_accounts_at_once_lose_nothing(twice, ruth):
    """Money that is taken while the accounts become one is on the one that stays, or was refused."""
    into, merged = twice

    def take_or_refuse(guarantor):
        try:
            return take(ruth, tender(1000), guarantor=guarantor)
        except Refused:
            return None

    jobs = [functools.partial(take_or_refuse, guarantor) for guarantor in twice * 4]
    made, *answers = run_together([functools.partial(merge, twice, ruth), *jobs], width=9)

    assert isinstance(made, GuarantorMerge)
    taken = len([receipt for receipt in answers if receipt])
    assert Guarantor.objects.get(pk=merged.pk).receipts.count() == 0
    assert get_credit(into) - get_balances(into).current_cents == 4000 + 1000 * taken
    assert_books_balance()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_one_of_them", [True, False])
def test_a_check_of_both_accounts_comes_back_once_while_one_of_them_is_merged(twice, ruth, is_one_of_them):
    """Who enters it in that very moment is told to look again, and then it is entered: once for each of its parts."""
    into, merged = twice if is_one_of_them else (GuarantorFactory(), twice[1])
    taking = Taking(Receipt.Channel.OFFICE, timezone.now(), today(), ruth, second_reason="One check for both")
    shares = {account.pk: 3000 for account in twice}
    parts = Receipt.objects.filter(pk__in=take_shared_check(number="1042", shares=shares, taking=taking))

    def send_back_or_refuse(receipt):
        with contextlib.suppress(Refused, HoldsAnother):
            send_back(receipt, ruth)

    jobs = [functools.partial(send_back_or_refuse, receipt) for receipt in [*parts] * 4]
    run_together([*jobs[:4], functools.partial(merge, (into, merged), ruth), *jobs[4:]], width=9)
    send_back_or_refuse(parts[0])

    returned = Receipt.objects.filter(kind="returned")
    assert sorted(returned.values_list("refund_of", flat=True)) == sorted(receipt.pk for receipt in parts)
    assert {receipt.guarantor_id for receipt in returned} == {into.pk, twice[0].pk}
    assert not merged.receipts.exists()
    assert [sum(get(one) for one in {into, *twice}) for get in (get_credit, owed)] == [8000, 4000]
    assert_books_balance()


def owed(guarantor):
    return get_balances(guarantor).current_cents
