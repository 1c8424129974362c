"""The itemized receipt, word for word, on screen and as PDF."""

from pathlib import Path

import pytest

from receipts.documents.pdf import render_pdf
from receipts.documents.receipts import render_html
from receipts.itemized import for_itemizing, itemize, itemize_as_issued
from receipts.models import Receipt
from tests.golden import check_golden, page_text, pdf_text
from tests.receipts.examples import EXAMPLES

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_page(name, guarantor, client_of):
    receipt = EXAMPLES[name](guarantor)

    page = client_of(guarantor).get(f"/receipts/{receipt.number}/").content.decode()

    check_golden(GOLDEN / f"{name}.page.txt", page_text(page))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_pdf(name, guarantor, practice):
    EXAMPLES[name](guarantor)
    receipt = for_itemizing(Receipt.objects.filter(number=1042)).get()

    pdf = render_pdf(render_html(itemize_as_issued(receipt), practice), style="receipt-pdf", paper_size="letter")

    check_golden(GOLDEN / f"{name}.pdf.txt", pdf_text(pdf))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_sums(name, guarantor):
    itemized = itemize(EXAMPLES[name](guarantor))

    lines = [line.amounts for place in itemized.places for visit in place.visits for line in visit.lines]
    for sums in (*lines, itemized.total):
        assert sums.billed - sums.adjusted - sums.insurance_paid - sums.patient_paid == sums.remaining
    assert sum(line.applied for line in lines) == itemized.total.applied
    assert itemized.total.applied + itemized.escrow == itemized.receipt.amount_cents
    assert sum(movement.amount for movement in itemized.movements) == itemized.receipt.amount_cents
