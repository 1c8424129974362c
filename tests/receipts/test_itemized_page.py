"""The itemized receipt after it was issued: refunds, voids, escrow applied later, and the way back to the list."""

import pytest
import time_machine
from django.utils import timezone

from batches.working import open_desk_batch
from receipts.corrections.escrow import disburse_escrow, post_escrow
from receipts.corrections.refund import refund_at_desk
from receipts.corrections.void import void_receipt
from receipts.issue import TransactionFacts
from receipts.itemized import for_itemizing, itemize_as_issued
from receipts.models import Receipt
from receipts.taking import take_payment
from tests.factories.accounts import ServiceLineFactory
from tests.factories.desk import today
from tests.golden import page_text
from tests.moments import NOON, TODAY
from tests.receipts.examples import EXAMPLES, make_receipt, movement

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(practice, staff_user):
    """A member of staff with a batch, at noon."""
    with time_machine.travel(NOON, tick=False):
        open_desk_batch(description="Front desk", today=TODAY, by=staff_user)
        yield staff_user


@pytest.fixture
def receipt(desk, guarantor):
    """A check of $80.00: $50.00 for an office visit, $30.00 not yet applied."""
    ServiceLineFactory(guarantor=guarantor, billed_cents=5000, encounter__patient__name="Leo Alvarez")
    check = TransactionFacts(number="", method="check", amount_cents=8000, requested_cents=8000, check_number="1023")
    number = take_payment(
        guarantor_id=guarantor.pk,
        tenders=[check],
        channel=Receipt.Channel.OFFICE,
        parts=None,
        now=timezone.now(),
        today=today(),
        by=desk,
    )
    return Receipt.objects.get(number=number)


def shown(client_of, receipt, query=""):
    page = client_of(receipt.guarantor).get(f"/receipts/{receipt.number}/{query}").content.decode()
    return page_text(page)


def as_issued(receipt):
    return itemize_as_issued(for_itemizing(Receipt.objects.filter(pk=receipt.pk)).get())


def test_escrow_applied_later_stands_apart_and_not_in_the_pdf(receipt, desk, guarantor, client_of):
    before = as_issued(receipt)
    ServiceLineFactory(guarantor=guarantor, billed_cents=2000, description="Lipid panel")
    post_escrow(receipt_number=receipt.number, parts=None, today=TODAY, by=desk)
    disburse_escrow(receipt_number=receipt.number, cents=400, reason="Other practice", today=TODAY, by=desk)

    text = shown(client_of, receipt)

    printed, later = text.split("Since this receipt was issued")
    assert "Lipid panel" not in printed
    assert "Not yet applied to a service Kept as credit" in printed
    assert "$30.00" in printed
    assert "Applied to Lipid panel" in later
    assert "$20.00" in later
    assert "Set aside" in later
    assert "Other practice" not in text  # the desk's own words
    assert as_issued(receipt) == before


def test_what_was_chosen_at_the_desk_was_printed(desk, guarantor, client_of):
    ServiceLineFactory(guarantor=guarantor, billed_cents=5000, description="Older")
    chosen = ServiceLineFactory(guarantor=guarantor, billed_cents=5000, description="Chosen")
    cash = TransactionFacts(number="", method="cash", amount_cents=3000, requested_cents=3000)
    number = take_payment(
        guarantor_id=guarantor.pk,
        tenders=[cash],
        channel=Receipt.Channel.OFFICE,
        now=timezone.now(),
        today=today(),
        by=desk,
        parts={chosen.pk: 3000},
    )

    text = shown(client_of, Receipt.objects.get(number=number))

    assert "| Chosen Code 99213 |" in text
    assert "Since this receipt was issued" not in text


def test_a_voided_receipt_is_marked_and_proves_nothing(receipt, desk, client_of):
    void_receipt(receipt_number=receipt.number, reason="Wrong account", today=TODAY, by=desk)

    text = shown(client_of, receipt)

    assert "Voided\n$80.00" in text
    assert "It is not a proof of payment." in text
    assert "Thank you" not in text
    assert "Download PDF" not in text
    assert "Wrong account" not in text
    assert "Net\n$0.00" in text
    assert "Since this receipt" not in text


def test_payment_and_refund_lead_to_each_other_with_the_net(receipt, desk, client_of):
    number = refund_at_desk(
        receipt_number=receipt.number,
        amounts={"check": 4000},
        reason="Overpaid",
        now=timezone.now(),
        today=TODAY,
        by=desk,
    )
    refund = Receipt.objects.get(number=number)

    for each, other in ((receipt, refund), (refund, receipt)):
        page = client_of(receipt.guarantor).get(f"/receipts/{each.number}/").content.decode()
        assert f'<a href="/receipts/{other.number}/">' in page
        assert "Net\n$40.00" in page_text(page)
        assert "Overpaid" not in page
    assert [relative.number for relative in as_issued(receipt).relatives] == [receipt.number]
    assert as_issued(refund).net == 4000


def test_a_refund_that_was_voided_counts_no_more(receipt, desk, client_of):
    number = refund_at_desk(
        receipt_number=receipt.number,
        amounts={"check": 4000},
        reason="Overpaid",
        now=timezone.now(),
        today=TODAY,
        by=desk,
    )
    void_receipt(receipt_number=number, reason="Keyed twice", today=TODAY, by=desk)

    assert "Net\n$80.00" in shown(client_of, receipt)
    assert as_issued(Receipt.objects.get(number=number)).net == 4000


@pytest.mark.books_are_wrong("receipts made by hand")
def test_a_refund_that_the_bank_gave_back(receipt, desk, client_of, guarantor):
    refund_at_desk(
        receipt_number=receipt.number,
        amounts={"check": 4000},
        reason="Overpaid",
        now=timezone.now(),
        today=TODAY,
        by=desk,
    )
    back = movement(4000, number="re_back")
    again = make_receipt(guarantor, back, number=990_042, kind="came_back", refund_of=receipt, batch=receipt.batch)

    text = shown(client_of, again)

    assert "Refund came back $40.00" in text
    assert "Net\n$80.00" in text


@pytest.mark.books_are_wrong("receipts made by hand")
def test_an_unsuccessful_one_says_why_and_proves_nothing(guarantor, client_of):
    text = shown(client_of, EXAMPLES["unsuccessful"](guarantor))

    assert "The card doesn't have enough funds for this payment." in text
    assert "Your card was not charged. This is not a proof of payment." in text
    assert "Paid" not in text


@pytest.mark.books_are_wrong("receipts made by hand")
@pytest.mark.parametrize(
    ("query", "back"),
    [
        ("", "/receipts/#receipt-1042"),
        ("?year=2026&status=paid&before=77", "/receipts/?year=2026&amp;status=paid&amp;before=77#receipt-1042"),
        ("?next=//evil.example&q=%22%3E%3Cb%3E", "/receipts/?q=%22%3E%3Cb%3E#receipt-1042"),
    ],
)
def test_the_back_arrow_leads_to_the_same_place_in_the_list(guarantor, client_of, query, back):
    EXAMPLES["escrow"](guarantor)

    page = client_of(guarantor).get(f"/receipts/1042/{query}").content.decode()

    assert f'class="back-link" href="{back}"' in page


def test_what_is_posted_with_a_receipt_bears_the_very_moment_of_its_issue(receipt):
    assert {posting.posted_at for posting in receipt.postings.all()} == {receipt.issued_at}
