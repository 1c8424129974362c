"""No part of a receipt that was voided, refunded whole or never paid can be cut out as a proof of payment."""

import pytest

from pops.core.refusals import Refused
from receipts.documents.receipts import render_html
from receipts.itemized import for_itemizing, itemize, itemize_as_issued
from receipts.models import Receipt
from receipts.notices import why_not_mail
from tests.factories.desk import void_returned
from tests.golden import page_text
from tests.receipts.examples import EXAMPLES, Applied, make_receipt, movement

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.books_are_wrong("receipts made by hand")]

PROOFS = (
    "Total paid",
    "This payment",
    "Kept as credit",
    "Applied to services",
    "Payment date",
    "Thank you",
    "Patient paid",
)


@pytest.fixture
def refunded(guarantor):
    """A payment of $80.00, all of it given back."""
    payment = make_receipt(guarantor, movement(8000), number=1041, applied=(Applied(5000),))
    back = Applied(-5000, paid_before=5000)
    make_receipt(
        guarantor, movement(-8000, number="re_1"), number=1042, kind="refund", refund_of=payment, applied=(back,)
    )
    return payment


@pytest.fixture
def voided(guarantor, staff_user):
    receipt = EXAMPLES["escrow"](guarantor)
    void_returned(receipt, staff_user)
    return receipt


def shown(client_of, receipt):
    return page_text(client_of(receipt.guarantor).get(f"/receipts/{receipt.number}/").content.decode())


def test_of_a_voided_receipt_each_part_says_so(voided, client_of):
    text = shown(client_of, voided)

    assert [words for words in PROOFS if words in text] == []
    assert "Status\nVoided: not a proof of payment" in text
    assert "Voided\n$80.00\nAmount that counts\n$0.00" in text
    page = client_of(voided.guarantor).get("/receipts/1042/").content.decode()
    assert page.count("$80.00") == page.count("<s>$80.00</s>")


def test_of_a_payment_that_was_refunded_whole_too(refunded, client_of):
    text = shown(client_of, refunded)

    assert [words for words in PROOFS if words in text] == []
    assert text.startswith("Receipts\n")
    assert "Refunded in full\n$80.00" in text
    assert "Status\nRefunded in full: not a proof of payment" in text
    assert "Net\n$0.00" in text


def test_its_pdf_is_no_longer_handed_out_nor_its_mail_sent_again(refunded, client_of, guarantor):
    answer = client_of(guarantor).get(f"/receipts/{refunded.number}/pdf/")

    assert answer.status_code == 410
    assert "refunded in full" in answer.content.decode()
    assert isinstance(why_not_mail(refunded), Refused)
    assert client_of(guarantor).get("/receipts/1042/pdf/").status_code == 202  # the refund's own


def test_a_part_refund_and_a_refund_that_was_voided_leave_the_proof(refunded, staff_user, client_of, guarantor):
    void_returned(Receipt.objects.get(pk=1042), staff_user)
    assert "Total paid\n$80.00" in shown(client_of, refunded)

    make_receipt(guarantor, movement(-100, number="re_2"), number=1043, kind="refund", refund_of=refunded)
    assert "Total paid\n$80.00" in shown(client_of, refunded)


def test_an_unsuccessful_one_says_so_beside_its_number_on_screen_and_on_paper(guarantor, practice, client_of):
    receipt = EXAMPLES["unsuccessful"](guarantor)

    assert "Status\nUnsuccessful: not a proof of payment" in shown(client_of, receipt)
    html = render_html(itemize_as_issued(for_itemizing(Receipt.objects.filter(pk=receipt.pk)).get()), practice)
    assert "<td>Unsuccessful: not a proof of payment</td>" in html


def test_what_stands_says_nothing_of_it(guarantor):
    assert itemize(EXAMPLES["escrow"](guarantor)).standing_words.no_proof == ""
