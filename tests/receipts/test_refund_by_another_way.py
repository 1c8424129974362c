"""A refund goes back by another way than its money came: a check for cash, with a reason, by right."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from batches.breakdown import get_breakdown
from pops.core.refusals import Refused
from pops.web.backoffice.models import Desk
from receipts.balances import find_tenders_left, get_receipt_balance
from receipts.corrections.refund import RefundTooMuch, refund_at_desk
from receipts.models import Receipt
from tests.books import assert_books_balance
from tests.factories.desk import batch_of, take, tender, today
from tests.factories.staff import DESK, member


def refund(receipt, by, why="", **amounts):
    return refund_at_desk(
        receipt_number=receipt.pk,
        amounts=amounts,
        reason="Overpaid",
        another_way=why,
        now=timezone.now(),
        today=today(),
        by=by,
    )


def test_a_check_for_cash(dana):
    receipt = take(dana)
    with pytest.raises(RefundTooMuch):
        refund(receipt, dana, check=2000)

    made = Receipt.objects.get(pk=refund(receipt, dana, "The drawer has not as much.", check=2000))

    assert made.reason == "Overpaid. By another way: The drawer has not as much."
    assert made.transactions.get().method == "check"
    assert find_tenders_left(receipt) == {"cash": 3000}, "no more than is left of it"
    with pytest.raises(RefundTooMuch):
        refund(receipt, dana, "Again", cash=3500)
    refund(receipt, dana, cash=3000)
    assert get_receipt_balance(receipt).left_cents == 0
    assert_books_balance()


def test_the_drawer_is_counted_as_it_lies_there(dana):
    """Cash given back for a check is gone from the drawer; a check of our own takes none off the desk."""
    by_check = take(dana, tender(5000, "check", check_number="1042"))
    by_cash = take(dana, tender(4000))
    refund(by_check, dana, "No check book here", cash=1000)
    refund(by_cash, dana, "The drawer is empty", check=500)

    expected = get_breakdown(dana.attachment.batch).expected

    assert (expected["cash"], expected["check"]) == (3000, 5000)


def test_nothing_more_goes_back_to_a_card_than_it_was_charged(dana):
    receipt = take(dana, tender(2000, "card", card_brand="visa", card_last4="4242"), tender(3000))

    with pytest.raises(Refused):
        refund(receipt, dana, "They asked for it", card=3000)


def test_the_page_asks_why_and_only_of_who_may(dana, client_of):
    receipt = take(dana)
    page = reverse("backoffice:refund", args=[receipt.pk])
    client = client_of(dana)
    assert "The money did not come this way." in client.get(page).content.decode()
    form = {"check": "20.00", "check_number": "88", "reason": "Overpaid"}

    answer = client.post(page, form)
    assert (answer.status_code, "Say why it goes back by another way" in answer.content.decode()) == (422, True)
    assert client.post(page, {**form, "another_way": "The drawer is empty"}).status_code == 302
    refund = Receipt.objects.get(kind="refund")
    assert refund.transactions.get().check_number == "88"
    void = client.get(reverse("backoffice:void", args=[refund.pk])).content.decode()
    assert "Take the money back yourself." in void
    refused = client.get(reverse("backoffice:void", args=[receipt.pk])).content.decode()
    assert f"If that is wrong, void receipt {refund.pk} first." in refused
    assert "Give the money back yourself." not in refused, "nothing is voided here"
    other = client.get(reverse("backoffice:void", args=[take(dana).pk])).content.decode()
    assert "Give the money back yourself." in other

    Desk.objects.create(user=dana, paper="roll")
    roll = client.get(reverse("backoffice:print", args=[receipt.pk])).content.decode()
    assert f"Receipt {refund.pk}</a>" in roll, "it says what went back of it, as on a sheet"
    assert "$30.00" in roll.split("<dt>Net</dt>")[1]

    desk = member(DESK)
    desk.user_permissions.add(Permission.objects.get(codename="refund_receipt"))
    batch_of(desk, "Mail")
    page = client_of(desk).get(page).content.decode()
    assert 'name="cash"' in page
    assert 'name="check"' not in page
