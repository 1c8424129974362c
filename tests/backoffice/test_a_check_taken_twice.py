"""A check whose number was taken from the same payer before is asked about, however long ago, and once."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from receipts.corrections.void import void_receipt
from receipts.models import Receipt
from tests.factories.accounts import GuarantorFactory
from tests.factories.desk import batch_of, take, tender, today
from tests.factories.staff import DESK, member


@pytest.fixture
def dana(practice):
    dana = member(DESK)
    batch_of(dana)
    return dana


@pytest.fixture
def before(dana, guarantor):
    """Check 555, taken hours ago: a second payment is no question of its own."""
    return take(dana, tender(5000, "check", check_number="555"), guarantor=guarantor, ago=dt.timedelta(hours=5))


def send(client, guarantor, number="555", **more):
    form = {"channel": "office", "apply": "oldest", "check_1": "50.00", "check_1_number": number, **more}
    return client.post(reverse("backoffice:take", args=[guarantor.pk]), form)


@pytest.mark.parametrize("number", ["555", "0555", " 555 "])
def test_it_is_asked_about_once(client_of, dana, guarantor, before, number):
    client = client_of(dana)

    answer = send(client, guarantor, number)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Check 555 of Maria Alvarez was taken on" in page
    assert f"on receipt {before.pk}" in page
    assert 'name="knows_check"' in page
    assert Receipt.objects.count() == 1
    assert send(client, guarantor, number, knows_check="on").status_code == 302
    reason = f"was taken before, on receipt {before.pk}; said to be right."
    assert Receipt.objects.latest("pk").reason.endswith(reason)


@pytest.mark.parametrize("number", ["556", "1555", "5550"])
def test_another_number_is_not(client_of, dana, guarantor, before, number):
    assert send(client_of(dana), guarantor, number).status_code == 302


def test_nor_is_another_payers(client_of, dana, before):
    assert send(client_of(dana), GuarantorFactory()).status_code == 302


def test_nor_is_one_whose_receipt_was_voided(client_of, dana, guarantor, before):
    void_receipt(receipt_number=before.pk, reason="Keyed wrong", today=today(), by=dana)

    assert send(client_of(dana), guarantor).status_code == 302


def test_a_second_payment_just_now_is_another_question(client_of, dana, guarantor):
    take(dana, tender(5000, "check", check_number="555"), guarantor=guarantor)

    answer = send(client_of(dana), guarantor, second_reason="For her son")

    assert "Check 555 of Maria Alvarez was taken on" in answer.content.decode()


def test_a_number_that_is_entered_twice(client_of, dana, guarantor):
    client, second = client_of(dana), {"check_2": "5.00", "check_2_number": "555"}

    answer = send(client, guarantor, **second)

    assert "Check 555 is entered twice." in answer.content.decode()
    assert send(client, guarantor, **second, knows_check="on").status_code == 302


def test_a_check_that_is_shared(client_of, dana, guarantor, before):
    other = GuarantorFactory()
    page = reverse("backoffice:shared_check") + f"?g={other.pk}&g={guarantor.pk}"
    form = {"check_number": "555", "check_cents": "10.00", "channel": "mail", "apply": "escrow"}
    form |= {f"share_{who.pk}": "5.00" for who in (guarantor, other)}

    answer = client_of(dana).post(page, form)

    assert "Check 555 of Maria Alvarez was taken on" in answer.content.decode()
    assert client_of(dana).post(page, {**form, "knows_check": "on"}).status_code == 302
    assert timezone.now() > before.received_at
