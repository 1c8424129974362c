"""The wrong service, its day closed: taken back to escrow with a reason in today's batch, and applied anew."""

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Page, expect

from batches.breakdown import get_breakdown
from batches.models import ReferenceBatch
from batches.working import NoAttachedBatch
from notifications.models import Message
from pops.core.refusals import Refused
from receipts.balances import get_receipt_balance
from receipts.corrections.take_back import take_back_postings
from receipts.corrections.void import void_receipt
from receipts.itemized import itemize
from receipts.models import Receipt
from tests.books import judge
from tests.browsing import accessibility_problems
from tests.factories.accounts import ServiceLineFactory
from tests.factories.desk import batch_of, clerk, close, take, tender, today
from tests.factories.staff import DESK, MANAGER, member
from tests.moments import NOON

WHY = "It was for the other visit."


@pytest.fixture
def lines(guarantor):
    wrong = ServiceLineFactory(guarantor=guarantor, billed_cents=6000, description="Annual physical")
    right = ServiceLineFactory(encounter=wrong.encounter, billed_cents=6000, description="Blood test")
    return wrong, right


@pytest.fixture
def receipt(practice, guarantor, lines):
    """$60.00 of yesterday, applied to the wrong service; the day is closed."""
    with time_machine.travel(NOON):
        dana = clerk()
        batch = batch_of(dana, "Yesterday")
        receipt = take(dana, tender(6000), guarantor=guarantor, parts={lines[0].pk: 6000})
        close(batch, dana, cash=6000)
    return receipt


def take_back(receipt, by, parts, reason=WHY):
    return take_back_postings(receipt_number=receipt.pk, parts=parts, reason=reason, today=today(), by=by)


def test_it_goes_to_escrow_in_todays_batch_and_the_closed_day_stays(receipt, lines):
    ruth = clerk("Ruth")
    batch, mails = batch_of(ruth), Message.objects.count()

    assert take_back(receipt, ruth, {lines[0].pk: 6000}) == 6000

    row = receipt.postings.latest("pk")
    assert (row.amount_cents, row.batch, row.posted_by, row.reason) == (-6000, batch, ruth, WHY)
    assert (row.patient_paid_cents, row.remaining_cents) == (0, 6000)
    assert get_receipt_balance(receipt).escrow_cents == 6000
    assert (get_breakdown(batch).posted_cents, get_breakdown(batch).escrow_cents) == (-6000, 6000)
    assert get_breakdown(receipt.batch).posted_cents == 6000
    assert Message.objects.count() == mails
    judge()


def test_a_part_of_it_and_only_what_is_applied(receipt, lines):
    ruth = clerk("Ruth")
    with pytest.raises(NoAttachedBatch):
        take_back(receipt, ruth, {lines[0].pk: 1})
    batch_of(ruth)
    for parts, reason, words in [
        ({lines[0].pk: 6001}, WHY, "more than what is applied"),
        ({lines[0].pk: 0}, WHY, "more than what is applied"),
        ({lines[1].pk: 1}, WHY, "more than what is applied"),
        ({}, WHY, "at least one service"),
        ({lines[0].pk: 1}, " ", "Say why"),
    ]:
        with pytest.raises(Refused, match=words):
            take_back(receipt, ruth, parts, reason)

    take_back(receipt, ruth, {lines[0].pk: 2500})

    assert get_receipt_balance(receipt).posted_cents == 3500
    judge()


def test_of_a_voided_receipt_nothing_is_left_to_take_back(practice, guarantor, lines):
    ruth = clerk("Ruth")
    batch_of(ruth)
    receipt = take(ruth, tender(6000), guarantor=guarantor)
    void_receipt(receipt_number=receipt.pk, reason="Keyed twice", today=today(), by=ruth)

    with pytest.raises(Refused, match="Nothing of this receipt is applied"):
        take_back(Receipt.objects.get(pk=receipt.pk), ruth, {lines[0].pk: 1})


def test_the_receipts_page_says_what_became_of_it_and_not_why(receipt, lines, guarantor, client_of):
    ruth = clerk("Ruth")
    batch_of(ruth)
    take_back(receipt, ruth, {lines[0].pk: 6000})

    assert [row.text.split(",")[0] for row in itemize(receipt).after] == ["Taken back from Annual physical"]
    page = client_of(guarantor).get(f"/receipts/{receipt.pk}/").content.decode()
    assert "Taken back from Annual physical" in page
    assert WHY not in page
    staff = client_of(ruth).get(reverse("admin:receipts_receipt_change", args=[receipt.pk])).content.decode()
    assert WHY in staff


def test_the_front_desk_does_not_take_back(receipt, client_of):
    address = reverse("backoffice:take_back", args=[receipt.pk])

    assert client_of(member(DESK)).get(address).status_code == 403
    assert address not in client_of(member(DESK)).get(f"/admin/receipts/receipt/{receipt.pk}/change/").content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [320, 1280])
def test_a_manager_takes_it_back_and_applies_it_anew(page: Page, live_server, sign_in, receipt, lines, width):
    ruth = member(MANAGER)
    batch_of(ruth)
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(ruth).goto(f"{live_server.url}/admin/receipts/receipt/{receipt.pk}/change/")

    page.get_by_role("link", name="Take back").click()
    expect(page.get_by_text("$60.00 are applied.")).to_be_visible()
    assert accessibility_problems(page) == []
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Say why.", exact=True)).to_be_visible()
    page.get_by_label("Annual physical").fill("60.00")
    page.get_by_label("Reason").fill(WHY)
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("$60.00 are in escrow now. Apply them anew.")).to_be_visible()
    page.get_by_label("The services I choose below").check()
    page.get_by_label(f"Amount for {lines[1].service_id}").fill("60.00")
    page.get_by_role("button", name="Apply it").click()

    expect(page.get_by_text("$60.00 were applied.")).to_be_visible()
    expect(page.get_by_text(f"Taken back: {WHY}")).to_be_visible()
    net = get_receipt_balance(receipt)
    assert (net.posted_cents, net.escrow_cents) == (6000, 0)
    assert ReferenceBatch.objects.get(description="Yesterday").batch_date < today()
