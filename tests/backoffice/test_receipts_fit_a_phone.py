"""A receipt and its escrow at the desk, on a phone: nothing is beyond the edge, and no part has to be slid."""

import pytest
from django.urls import reverse

from receipts.corrections.take_back import take_back_postings
from tests.factories.accounts import ServiceLineFactory
from tests.factories.desk import batch_of, today
from tests.factories.staff import MANAGER, member

pytestmark = pytest.mark.django_db(transaction=True)

SLID = "boxes => boxes.filter(box => box.scrollWidth > box.clientWidth).map(box => box.innerText)"


@pytest.fixture
def ruth(practice):
    ruth = member(MANAGER, name="Ruth Castellano")
    batch_of(ruth)
    return ruth


@pytest.fixture
def receipt(ruth, guarantor, pay):
    """Paid by card, applied to the wrong service and taken back, with its mail."""
    guarantor.email = "a.rather.long.address.of.a.guarantor@example.com"
    guarantor.save()
    line = ServiceLineFactory(guarantor=guarantor, billed_cents=5000, description="Physical therapy, exercise")
    receipt = pay(guarantor)
    take_back_postings(
        receipt_number=receipt.pk, parts={line.pk: 5000}, reason="Keyed for another service", today=today(), by=ruth
    )
    return receipt


@pytest.mark.parametrize("address", ["admin:receipts_receipt_change", "backoffice:post_escrow", "backoffice:take_back"])
def test_nothing_is_beyond_the_edge(ruth, receipt, address, sign_in, page, live_server):
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(ruth).goto(live_server.url + reverse(address, args=[receipt.pk]))

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".desk-card").evaluate_all(SLID) == []
