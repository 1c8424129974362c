"""Credit (escrow): what a guarantor paid that no service has got."""

import pytest
from django.utils import timezone

from receipts.corrections.escrow import disburse_escrow, post_escrow
from receipts.corrections.refund import refund_at_desk
from receipts.corrections.void import void_receipt
from receipts.owed import get_credit
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory, login_of
from tests.factories.desk import take, today


@pytest.fixture
def receipt(dana, guarantor):
    """$50.00 of which $20.00 are escrow; somebody else has credit too."""
    ServiceLineFactory(guarantor=guarantor, billed_cents=3000)
    take(dana, guarantor=GuarantorFactory())
    return take(dana, guarantor=guarantor)


def test_what_is_more_than_the_balance_is_credit(guarantor, receipt):
    assert get_credit(guarantor) == 2000


def test_credit_goes_to_services_to_where_it_belongs_and_back(guarantor, receipt, dana):
    ServiceLineFactory(guarantor=guarantor, billed_cents=700)
    post_escrow(receipt_number=receipt.pk, parts=None, today=today(), by=dana)
    assert get_credit(guarantor) == 1300

    disburse_escrow(receipt_number=receipt.pk, cents=300, reason="Meant for the lab", today=today(), by=dana)
    assert get_credit(guarantor) == 1000

    refund_at_desk(
        receipt_number=receipt.pk, amounts={"cash": 1500}, reason="Overpaid", now=timezone.now(), today=today(), by=dana
    )
    assert get_credit(guarantor) == 0  # $10.00 of it, and $5.00 that were applied last


def test_a_voided_receipt_leaves_no_credit(guarantor, receipt, dana):
    void_receipt(receipt_number=receipt.pk, reason="Wrong guarantor", today=today(), by=dana)

    assert get_credit(guarantor) == 0


def test_a_voided_refund_brings_the_credit_back(guarantor, receipt, dana):
    number = refund_at_desk(
        receipt_number=receipt.pk, amounts={"cash": 2500}, reason="Overpaid", now=timezone.now(), today=today(), by=dana
    )
    void_receipt(receipt_number=number, reason="Wrong guarantor", today=today(), by=dana)

    assert get_credit(guarantor) == 2000


def test_the_account_page_shows_it(guarantor, receipt, client):
    client.force_login(login_of(guarantor))
    assert "<strong>$20.00</strong> of credit" in client.get("/account/").content.decode()

    client.force_login(login_of(GuarantorFactory()))
    assert "of credit" not in client.get("/account/").content.decode()
