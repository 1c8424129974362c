"""What a guarantor is told after paying: what is still owed, where the email went, what is still in progress."""

import pytest
from django.utils import timezone

from notifications.models import Message
from pops.core.refusals import Refused
from receipts.notices import ASKED_ALLOWED, messages_of, send_again_for_guarantor
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory, login_of
from tests.factories.payments import PaymentFactory


@pytest.fixture
def receipt(guarantor, pay):
    """$50.00 of $125.00, its mail sent."""
    guarantor.group.email_receipts = True
    guarantor.group.save()
    ServiceLineFactory(guarantor=guarantor, billed_cents=10_000)
    ServiceLineFactory(guarantor=guarantor, billed_cents=2500)
    return sent(pay(guarantor))


def sent(receipt):
    messages_of(receipt).update(state="sent", sent_at=timezone.now())
    return receipt


def page_of(client, receipt):
    return client.get(f"/receipts/{receipt.number}/").content.decode()


def test_what_is_still_owed_on_the_account_stands_beside_what_remains_of_these_services(receipt, guarantor, client_of):
    page = page_of(client_of(guarantor), receipt)

    assert 'Still owed on your account now: <strong class="amount">$75.00</strong>' in " ".join(page.split())
    assert "Remaining on these services" in page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("queued", "The email of this receipt is on its way to"),
        ("sent", "This receipt was emailed to"),
        ("delivered", "This receipt was emailed to"),
        ("bounced", "The email of this receipt could not be delivered to"),
    ],
)
def test_the_page_says_where_the_email_went(receipt, guarantor, client_of, state, words):
    messages_of(receipt).update(state=state)

    page = page_of(client_of(guarantor), receipt)

    assert words in page
    assert guarantor.email in page
    assert ("Send again" in page) == (state != "queued")


def test_nothing_is_said_where_no_email_is_sent(guarantor, pay, client_of):
    page = page_of(client_of(guarantor), pay(guarantor))

    assert "emailed" not in page
    assert "Send again" not in page


def test_send_again_queues_it_once_to_the_guarantors_address(receipt, guarantor, client_of):
    client = client_of(guarantor)

    answer = client.post(f"/receipts/{receipt.number}/mail/", follow=True).content.decode()

    copy = Message.objects.get(copy_of__about_id=receipt.number)
    assert (copy.state, copy.to, copy.copied_by) == ("queued", guarantor.email, login_of(guarantor))
    assert f"is on its way to {guarantor.email}." in answer
    client.post(f"/receipts/{receipt.number}/mail/")
    sent(receipt)
    assert "Send again" not in page_of(client, receipt)
    assert messages_of(receipt).count() == 2


def test_it_is_limited_and_nobody_elses(receipt, guarantor, client_of, pay):
    assert client_of(GuarantorFactory()).post(f"/receipts/{receipt.number}/mail/").status_code == 404
    receipts = [receipt, *(sent(pay(guarantor)) for _ in range(ASKED_ALLOWED))]
    for one in receipts[:-1]:
        send_again_for_guarantor(receipt=one, now=timezone.now(), by=login_of(guarantor))

    with pytest.raises(Refused, match="several emails"):
        send_again_for_guarantor(receipt=receipts[-1], now=timezone.now(), by=login_of(guarantor))


@pytest.mark.parametrize("state", ["processing", "review"])
def test_a_payment_in_progress_stands_on_the_receipts_list(guarantor, client_of, state):
    payment = PaymentFactory(guarantor=guarantor, state=state, amount_cents=4210)
    PaymentFactory(state=state)

    page = client_of(guarantor).get("/receipts/").content.decode()

    assert page.count("We don’t know yet what became of your payment of <strong>$42.10</strong>.") == 1
    assert page.count("We don’t know yet") == 1
    assert f"/pay/{payment.pk}/return/" in page
