"""Escrow whose refund is under way is as good as gone: it is neither applied nor disbursed meanwhile."""

import pytest
from django.urls import reverse

from payments.models import Refund
from pops.core.refusals import Refused
from receipts.corrections.escrow import disburse_escrow, post_escrow
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import today

UNDER_WAY = "A refund of this money is under way"


@pytest.fixture
def receipt(pay):
    """$50.00 in escrow, paid by card; a charge of $80.00 came in later."""
    receipt = pay(GuarantorFactory())
    ServiceLineFactory(guarantor=receipt.guarantor, billed_cents=8000)
    return receipt


def ask_for_refund(receipt, cents):
    return Refund.objects.create(receipt=receipt, charge_id="ch_1", amount_cents=cents, reason="Overpaid")


def apply(receipt, by):
    return post_escrow(receipt_number=receipt.pk, parts=None, today=today(), by=by)


def disburse(receipt, by, cents):
    disburse_escrow(receipt_number=receipt.pk, cents=cents, reason="Of another office", today=today(), by=by)


def test_what_goes_back_whole_is_refused_in_words(receipt, dana, client_of):
    refund = ask_for_refund(receipt, 5000)

    with pytest.raises(Refused, match=UNDER_WAY):
        apply(receipt, dana)
    with pytest.raises(Refused, match=UNDER_WAY):
        disburse(receipt, dana, 1)
    page = client_of(dana).get(reverse("backoffice:post_escrow", args=[receipt.pk])).content.decode()
    assert UNDER_WAY in page
    assert "Apply it" not in page

    Refund.objects.filter(pk=refund.pk).update(state=Refund.State.FAILED)
    assert apply(receipt, dana) == 5000


def test_what_a_refund_leaves_is_there_to_use(receipt, dana, client_of):
    ask_for_refund(receipt, 2000)
    page = client_of(dana).get(reverse("backoffice:post_escrow", args=[receipt.pk])).content.decode()
    assert "$30.00" in page

    with pytest.raises(Refused, match="more than the escrow"):
        disburse(receipt, dana, 3001)
    disburse(receipt, dana, 1000)
    assert apply(receipt, dana) == 2000
