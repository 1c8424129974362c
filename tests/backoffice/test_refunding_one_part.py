"""At the desk a payment that was charged in parts is refunded a part at a time, and says whom each is for."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from payments.models import Refund
from payments.truth import bring_up_to_date
from pops.core.accounts.models import Encounter
from receipts.models import Receipt
from tests.factories.staff import DESK, member
from tests.payments.stripe_side import intents_of, owe_two, start_split


@pytest.fixture
def receipt(guarantor, stripe_sandbox):
    owe_two(guarantor)
    payment = start_split(guarantor)
    for intent in intents_of(payment):
        stripe_sandbox.confirm(intent)
    return bring_up_to_date(payment_id=payment.pk, now=timezone.now()).receipt


@pytest.fixture
def desk(client_of, dana):
    return client_of(dana)


def refund(desk, receipt, **more):
    form = {"form_id": uuid.uuid4(), "refund_id": uuid.uuid4(), "cents": "10.00", "reason": "Billed twice", **more}
    return desk.post(reverse("backoffice:refund", args=[receipt.pk]), form)


def test_the_part_is_chosen_by_whom_it_is_for(desk, receipt):
    page = desk.get(reverse("backoffice:refund", args=[receipt.pk])).content.decode()
    assert "Mina Ahn, MD: $40.00 left" in page
    assert "Ravi Bose, MD: $60.00 left" in page

    assert "Choose the part to refund." in refund(desk, receipt).content.decode()
    second = receipt.transactions.get(amount_cents=6000).number
    assert refund(desk, receipt, charge=second).status_code == 302

    made = Refund.objects.get()
    assert (made.charge_id, made.refund_receipt.amount_cents) == (second, -1000)
    assert "Ravi Bose, MD: $50.00 left" in desk.get(reverse("backoffice:refund", args=[receipt.pk])).content.decode()


def test_a_part_of_which_nothing_is_left_never_becomes_the_other_one(desk, receipt):
    first = receipt.transactions.get(amount_cents=4000).number
    refund(desk, receipt, charge=first, cents="40.00")

    answer = refund(desk, receipt, charge=first)

    assert "Nothing is left of this part." in answer.content.decode()
    assert Receipt.objects.filter(kind="refund").count() == 1


def test_the_receipt_says_whom_each_charge_is_for_and_offers_no_void(desk, receipt):
    page = desk.get(reverse("admin:receipts_receipt_change", args=[receipt.pk])).content.decode()

    assert "for Mina Ahn, MD" in page
    assert "for Ravi Bose, MD" in page
    assert reverse("backoffice:refund", args=[receipt.pk]) in page
    assert reverse("backoffice:void", args=[receipt.pk]) not in page


def test_who_may_not_see_a_confidential_visit_reads_no_name_of_it(client_of, receipt):
    Encounter.objects.filter(provider__name="Ravi Bose, MD").update(is_confidential=True)

    page = client_of(member(DESK)).get(reverse("admin:receipts_receipt_change", args=[receipt.pk])).content.decode()

    assert "for Other services" in page
    assert "Bose" not in page
