"""A check that came back, from the button on its receipt to the guarantor's page and mail."""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from notifications.delivery import deliver_due
from notifications.models import Message
from receipts.corrections.void import void_receipt
from receipts.models import Receipt
from receipts.taking import Taking, take_shared_check
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import batch_of, clerk, send_back, take, tender, today
from tests.factories.staff import DESK, member


@pytest.fixture
def ruth(practice):
    ruth = clerk("Ruth Boyd")
    batch_of(ruth)
    return ruth


@pytest.fixture
def receipt(ruth, guarantor):
    """$30.00 by check for a service of $20.00; $10.00 are escrow."""
    ServiceLineFactory(guarantor=guarantor, billed_cents=2000, description="Strep test")
    return take(ruth, tender(3000, "check", check_number="1042"), guarantor=guarantor)


def page_of(receipt: Receipt) -> str:
    return reverse("backoffice:return_money", args=[receipt.pk])


def text(client, page: str) -> str:
    return client.get(page).content.decode()


def test_it_is_entered_once_and_both_receipts_tell_of_it(receipt, ruth, client_of):
    client, shown = client_of(ruth), reverse("admin:receipts_receipt_change", args=[receipt.pk])
    assert page_of(receipt) in text(client, shown)
    form = {"transaction": receipt.transactions.get().pk, "reason": "funds", "learned_on": today(), "note": "Call her"}

    asked = text(client, page_of(receipt))
    assert "Check 1042 comes back whole: $30.00." in asked
    assert "Not enough money in the account" in asked
    assert "Disputed by the cardholder" not in asked, "no check is disputed"
    wrong = client.post(page_of(receipt), {**form, "reason": "other", "note": "", "learned_on": "2099-01-01"})
    assert wrong.status_code == 422
    assert "not before the receipt" in wrong.content.decode()
    answer = client.post(page_of(receipt), form)

    made = Receipt.objects.get(kind="returned")
    assert answer.url == reverse("admin:receipts_receipt_change", args=[made.pk])
    told = text(client, answer.url)
    for words in ("Not enough money in the account (NSF)", "Call her", f"Receipt {receipt.pk}", "Returned"):
        assert words in told
    told = text(client, shown)
    assert "Refunds and returns" in told
    assert "It is entered as returned already." in told
    batch = text(client, reverse("admin:batches_referencebatch_change", args=[made.batch_id]))
    assert "Returned by the bank, Check" in batch
    assert "The return is receipt" not in client.post(page_of(receipt), form).content.decode()


def test_it_takes_its_right(receipt, client_of):
    dana = client_of(member(DESK))

    assert dana.get(page_of(receipt)).status_code == 403
    assert page_of(receipt) not in text(dana, reverse("admin:receipts_receipt_change", args=[receipt.pk]))


def test_before_it_is_entered_the_page_says_what_else_comes_back(ruth, guarantor, client_of):
    other = GuarantorFactory(name="Leo Keller")
    facts = Taking(Receipt.Channel.OFFICE, timezone.now(), today(), ruth)
    first, _ = take_shared_check(number="77", shares={guarantor.pk: 3000, other.pk: 1200}, taking=facts)

    said = text(client_of(ruth), page_of(Receipt.objects.get(pk=first)))

    assert "The check paid for Leo Keller" in said
    assert "$12.00 on receipt" in said


def test_that_it_was_a_mistake_is_told_as_well(receipt, ruth, client_of):
    made = send_back(receipt, ruth)
    asked = text(client_of(ruth), reverse("backoffice:void", args=[made.pk]))
    assert "counts as paid again" in asked
    assert "Give the money back" not in asked, "nobody hands out anything"
    void_receipt(receipt_number=made.pk, reason="Another check", today=today(), by=ruth)
    deliver_due(lane=Message.Lane.MAIL, channel=Message.Channel.EMAIL, seconds=5)

    assert "Your payment was not returned after all" in mail.outbox[-1].subject
    assert "counts as paid again" in mail.outbox[-1].body


def test_the_guarantor_is_told_plainly_and_the_receipt_proves_nothing(receipt, ruth, guarantor, client_of):
    made = send_back(receipt, ruth, note="Second time")
    deliver_due(lane=Message.Lane.MAIL, channel=Message.Channel.EMAIL, seconds=5)

    said = mail.outbox[-1].body
    assert f"Returned payment {made.pk}" in mail.outbox[-1].subject
    for words in ("Your bank returned a payment", "is owed again", "Amount Returned: $30.00", guarantor.account_number):
        assert words in said
    for words in ("Strep", "Not enough", "Second time"):
        assert words not in said
    client = client_of(guarantor)
    told = text(client, reverse("receipts:detail", args=[made.pk]))
    assert "what it paid" in told
    assert "Second time" not in told
    told = text(client, reverse("receipts:detail", args=[receipt.pk]))
    assert "The bank took back what was paid" in told
    assert "not a proof of payment" in told
    assert client.get(reverse("receipts:document", args=[receipt.pk])).status_code == 410
    history = text(client, reverse("receipts:history"))
    assert "Returned by the bank since" in history
    assert "-$30.00" in history
