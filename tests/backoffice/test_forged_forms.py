"""Forms that a browser would not send get a clear error and change nothing."""

import pytest
from django.urls import reverse
from django.utils import timezone

from batches.models import BatchClose, ReferenceBatch
from pops.core.practice.models import Practice
from receipts.models import Disbursement, Posting, Receipt
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import attached_batch, batch_of, close, count_out, take, today
from tests.factories.staff import MANAGER, member

PAY = {"channel": "office", "apply": "oldest", "cash": "50.00"}
MONEY = ["-5", "0", "0.00", "1e9", "1000000.00", "12.345", "abc", "٥", "=1+1", "5 000", "99999999999999999999"]


@pytest.fixture
def ruth(practice):
    user = member(MANAGER)
    batch_of(user)
    return user


@pytest.fixture
def client(ruth, client_of):
    return client_of(ruth)


def rows():
    return [model.objects.count() for model in (Receipt, Posting, Disbursement, BatchClose, ReferenceBatch)]


def refused(client, address, data, words):
    before = rows()
    answer = client.post(address, data)
    assert answer.status_code == 422, answer.status_code
    assert words in answer.content.decode(), answer.content.decode()[:3000]
    assert rows() == before


@pytest.mark.parametrize("amount", MONEY)
def test_amounts_that_are_none(client, guarantor, amount):
    refused(client, reverse("backoffice:take", args=[guarantor.pk]), {**PAY, "cash": amount}, "There is a problem")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"cash": ""}, "Enter at least one amount."),
        ({"check_1": "5.00"}, "Enter the number of the check."),
        ({"card_1": "5.00", "card_1_last4": "42x2"}, "Enter the last four digits of the card."),
        ({"card_1": "5.00", "card_1_last4": "4242"}, "Enter the approval code that the terminal shows."),
        ({"apply": "chosen"}, "Enter an amount beside the services that this pays for."),
        ({"apply": "everything"}, "Select a valid choice."),
        ({"channel": "online"}, "Select a valid choice."),
        ({"channel": ""}, "Say how the money came."),
        ({"card_1": "5.00"}, "Choose the brand of the card."),
        ({"card_1": "5.00", "card_1_last4": "424"}, "Enter the last four digits of the card."),
        ({"card_1": "5.00", "card_1_approval": "z"}, "Enter the approval code as the terminal shows it"),
        ({"card_1": "5.00", "card_1_approval": "00 12"}, "Enter the approval code as the terminal shows it"),
        ({"check_1_number": "555"}, "Enter the amount of this check, or empty its number."),
        ({"check_2_number": "555"}, "Enter the amount of this check, or empty its number."),
        ({"card_1_brand": "visa"}, "Enter the amount of this card, or empty what is typed about it."),
        ({"card_1_last4": "4242"}, "Enter the amount of this card, or empty what is typed about it."),
        ({"card_2_last4": "42x2"}, "Enter the amount of this card, or empty what is typed about it."),
        ({"card_2_approval": "0012"}, "Enter the amount of this card, or empty what is typed about it."),
        ({"seen": "[1]"}, "The page was not sent as it was shown."),
        ({"seen": '{"a": 1}'}, "The page was not sent as it was shown."),
        (
            {"memo": "Visa 4242 4242 4242 4242, 12/29"},
            "This looks like a card number. Leave it out, or keep",
        ),
        ({"second_reason": "371449635398431"}, "This looks like a card number. Leave it out, or keep"),
        ({"cash": "abc"}, '<a href="#id_cash">Cash: Enter an amount in dollars and cents'),
    ],
)
def test_payments_that_do_not_add_up(client, guarantor, data, words):
    refused(client, reverse("backoffice:take", args=[guarantor.pk]), {**PAY, **data}, words)


def test_lines_of_somebody_else_are_not_seen_and_too_much_is_refused(client, guarantor):
    line = ServiceLineFactory(guarantor=guarantor, billed_cents=1000)
    foreign = ServiceLineFactory(guarantor=GuarantorFactory(), billed_cents=1000)
    address = reverse("backoffice:take", args=[guarantor.pk])

    refused(client, address, {**PAY, "apply": "chosen", f"line_{line.pk}": "10.01"}, "Enter $10.00 or less.")
    refused(
        client, address, {**PAY, "apply": "chosen", f"line_{foreign.pk}": "1"}, "Enter an amount beside the services"
    )


def test_a_guarantor_that_is_gone(client):
    assert client.post(reverse("backoffice:take", args=[10**9]), PAY).status_code == 404


def test_no_batch_or_a_closed_one(client, ruth, guarantor):
    close(attached_batch(ruth), ruth)
    Practice.objects.update(opens_batches=False)

    refused(client, reverse("backoffice:take", args=[guarantor.pk]), PAY, "You work in no open batch of today.")


def test_a_second_payment_asks_for_a_reason(client, ruth, guarantor):
    take(ruth, guarantor=guarantor)
    address = reverse("backoffice:take", args=[guarantor.pk])

    refused(client, address, PAY, "You took $50.00 from this guarantor")
    assert client.post(address, {**PAY, "second_reason": "For her son"}).status_code == 302
    assert Receipt.objects.latest("pk").reason == "For her son"


def test_the_portal_took_money_a_moment_ago(client, guarantor, pay):
    address, words = reverse("backoffice:take", args=[guarantor.pk]), "The portal took $50.00 from this guarantor"
    pay(guarantor)  # months ago
    assert words not in client.get(address).content.decode()

    pay(guarantor, at=timezone.now())

    assert words in client.get(address).content.decode(), "seen before all is typed in"
    refused(client, address, PAY, words)


def test_two_batches_of_one_description(client, ruth):
    form = {"description": "front desk"}

    refused(client, reverse("backoffice:my_batch"), form, "A batch of this description is open already.")


def test_attaching_what_is_not_mine_to_attach(client, ruth, open_batch):
    mine = attached_batch(ruth)
    for batch in (open_batch.pk, 10**9, "x", ""):
        page = client.post(reverse("backoffice:attach"), {"batch": batch}, follow=True).content.decode()
        assert "This is not an open batch of today. Nothing was changed." in page
    assert attached_batch(ruth) == mine


def test_the_count_of_another_batch_does_not_close_this_one(client, ruth):
    batch = attached_batch(ruth)
    other = batch_of(ruth, "Other")
    count = count_out(other, ruth)
    data = {f"seen_{tender}": "0" for tender in ("cash", "check", "card", "other")}

    assert client.post(reverse("backoffice:close_counted", args=[batch.pk, count.pk]), data).status_code == 404
    assert client.post(reverse("backoffice:close", args=[batch.pk]), data).status_code == 302
    batch.refresh_from_db()
    assert batch.is_open


@pytest.mark.parametrize("data", [{}, {"cash": "--1", "check": "0", "card": "0", "other": "0"}])
def test_a_count_without_numbers(client, ruth, data):
    batch = attached_batch(ruth)

    refused(client, reverse("backoffice:count", args=[batch.pk]), data, "There is a problem")
    assert not batch.counts.exists()


@pytest.mark.parametrize(
    ("page", "data", "words"),
    [
        ("refund", {"cash": "50.01", "reason": "Overpaid"}, "Enter $50.00 or less."),
        ("refund", {"cash": "-1", "reason": "Overpaid"}, "Enter an amount in dollars and cents"),
        ("refund", {"card": "1.00", "reason": "Overpaid"}, "Enter how much you give back."),
        ("refund", {"cash": "1.00", "reason": " "}, "Say why."),
        ("disburse", {"cents": "50.01", "reason": "Meant for the lab"}, "Enter $50.00 or less."),
        ("void", {"reason": ""}, "Say why."),
        ("void", {"reason": "x" * 301}, "at most 300 characters"),
        ("move", {"batch": "", "reason": "In the wrong batch"}, "Choose a batch."),
        ("move", {"batch": "999999999", "reason": "In the wrong batch"}, "open batch of the receipt&#x27;s date."),
        ("post_escrow", {"apply": "oldest"}, "There is no service that this money could be applied to."),
    ],
)
def test_corrections_above_what_there_is(client, ruth, page, data, words):
    receipt = take(ruth)

    refused(client, reverse(f"backoffice:{page}", args=[receipt.pk]), data, words)


def test_moving_into_a_closed_batch(client, ruth):
    receipt = take(ruth)
    closed = batch_of(ruth, "Closed")
    close(closed, ruth)

    refused(
        client,
        reverse("backoffice:move", args=[receipt.pk]),
        {"batch": closed.pk, "reason": "In the wrong batch"},
        "not an open batch",
    )


def test_a_reference_total_that_is_no_amount_and_a_month_that_is_not_over(client):
    refused(
        client,
        reverse("backoffice:my_batch"),
        {"description": "Front desk", "reference_total_cents": "-1e9"},
        "problem",
    )
    refused(client, reverse("backoffice:my_batch"), {"description": ""}, "problem")
    data = {"locked_through": f"{today()}", "confirmed": "on"}
    refused(client, reverse("backoffice:period"), data, "Choose a day that is over")
    refused(client, reverse("backoffice:period"), {"locked_through": "2026-01-01"}, "Confirm that you know")
