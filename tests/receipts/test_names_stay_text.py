"""Names with markup, formulas and characters that turn the writing direction stay what they are: text."""

import pytest

from pops.core.words import shown
from receipts.documents.pdf import render_pdf
from receipts.documents.receipts import render_html, store_document
from receipts.itemized import for_itemizing, itemize_as_issued
from receipts.models import Receipt
from tests.golden import pdf_text
from tests.receipts.examples import Applied, make_receipt, movement

MARKUP = '<script>alert(1)</script><b>Leo</b> & "Co" {{ secret }} {% now %}'
FORMULA = '=HYPERLINK("http://evil.example","Refund")'
TURNED = "Leo \u202efdp.exe\u2066\u200f\u2028 Alvarez\x00".replace("\x00", "\x07")


@pytest.fixture(params=[MARKUP, FORMULA, TURNED], ids=["markup", "formula", "turned"])
def name(request):
    return request.param


@pytest.fixture
def receipt(guarantor, name):
    guarantor.name = name
    line = Applied(100, description=name, patient=name, provider=name, facility=name)
    return make_receipt(guarantor, movement(100), applied=(line,))


@pytest.mark.parametrize("address", ["/receipts/", "/receipts/1042/"])
def test_on_screen(receipt, name, guarantor, client_of, address):
    page = client_of(guarantor).get(address).content.decode()

    assert "<script>alert" not in page
    assert "<b>Leo" not in page
    for char in "\u202e\u2066\u200f\u2028\x07":
        assert char not in page
    escaped = shown(name).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    assert escaped in page


def test_in_the_pdf(receipt, practice, name):
    receipt = for_itemizing(Receipt.objects.filter(pk=receipt.pk)).get()

    pdf = render_pdf(render_html(itemize_as_issued(receipt), practice), style="receipt-pdf", paper_size="letter")

    text = "".join(pdf_text(pdf).split())
    assert "".join(shown(name).split()) in text
    assert b"/JavaScript" not in pdf
    assert b"/URI" not in pdf
    for char in "\u202e\u2066\u200f\u2028":
        assert char not in text


@pytest.mark.books_are_wrong("receipts made by hand")
@pytest.mark.django_db(transaction=True)
def test_in_the_file_name(receipt, practice, name, guarantor, client_of, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    practice.name = name
    practice.save()
    store_document(receipt_number=receipt.number)

    answer = client_of(guarantor).get("/receipts/1042/pdf/")

    assert answer["Content-Disposition"] == 'attachment; filename="receipt-1042.pdf"'
    assert [path.name for path in tmp_path.rglob("*.pdf")] == ["receipt-1042.pdf"]


@pytest.mark.parametrize("text", ["عائشة كريم", "می‌خواهم", "Nguyễn", "王小明"])
def test_names_keep_the_characters_they_need(text):
    assert shown(text) == text
