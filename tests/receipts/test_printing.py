"""The receipt's page, printed by Chromium: on a sheet it says what the PDF says; on a roll it has its own layout."""

import re
import subprocess

import pytest

from receipts.documents.pdf import render_pdf
from receipts.documents.receipts import render_html
from receipts.itemized import for_itemizing, itemize_as_issued
from receipts.models import Receipt
from tests.golden import pdf_text
from tests.receipts.examples import EXAMPLES, Applied, make_receipt, movement

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.books_are_wrong("receipts made by hand")]

LONG = "Pneumonoultramicroscopicsilicovolcanoconiosis" + "x" * 30  # 75 letters
LETTER, A4, ROLL_80, ROLL_58 = ("8.5in", "11in"), ("210mm", "297mm"), ("80mm", "297mm"), ("58mm", "297mm")


@pytest.fixture
def printed(page, live_server, sign_in, guarantor):
    """Prints a receipt on a paper: the PDF that Chromium would hand to the printer."""

    def printed(receipt, paper):
        sign_in(guarantor).goto(f"{live_server.url}/receipts/{receipt.number}/")
        return page.pdf(width=paper[0], height=paper[1])

    return printed


def pages(pdf):
    return pdf_text(pdf).split("\f\n")


def words(pdf):
    """Each word with its left and right edge, in points."""
    run = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
    return re.findall(r'<word xMin="([\d.]+)" .*?xMax="([\d.]+)".*?>(.*?)</word>', run.stdout.decode())


@pytest.mark.parametrize("paper", [LETTER, A4], ids=["letter", "a4"])
def test_one_service_is_one_sheet_that_says_what_the_pdf_says(printed, guarantor, practice, paper):
    receipt = make_receipt(guarantor, movement(5000), applied=(Applied(5000),))

    (sheet,) = pages(printed(receipt, paper))

    for text in (
        "Receipt 1042", "Page 1 of 1", practice.name, practice.phone, "February 1, 2026", "67563-1", "99213",
        "14 Harbor Street, Burlington, VT 05401", "ch_3QK7xExample1", "Total paid",
    ):  # fmt: skip
        assert text in sheet
    stored = for_itemizing(Receipt.objects.filter(pk=receipt.pk)).get()
    pdf = pdf_text(
        render_pdf(render_html(itemize_as_issued(stored), practice), style="receipt-pdf", paper_size="letter")
    )
    amounts = re.compile(r"\$[\d,.]+")
    assert set(amounts.findall(pdf)) == set(amounts.findall(sheet))


def test_a_date_is_never_wrapped_and_a_heading_never_alone(printed, guarantor):
    lines = [Applied(100, service_id=f"67563-{n}", on=Applied.on.replace(month=9, day=30)) for n in range(30)]
    receipt = make_receipt(guarantor, movement(3000), applied=tuple(lines))

    sheets = pages(printed(receipt, LETTER))

    assert "".join(sheets).count("September 30, 2026") == 30
    for number, sheet in enumerate(sheets, 1):
        assert f"Page {number} of {len(sheets)}" in sheet
        if "Lakeside Main Clinic" in sheet:
            assert "September 30" in sheet
        assert ("Total of 30 services" in sheet) <= ("September 30" in sheet)


@pytest.mark.parametrize("paper", [ROLL_80, ROLL_58], ids=["80 mm", "58 mm"])
@pytest.mark.parametrize("name", ["very_large", "three_transactions", "unsuccessful"])
def test_a_receipt_printer_prints_whole_words_and_whole_amounts(printed, guarantor, paper, name):
    receipt = EXAMPLES[name](guarantor)

    pdf = printed(receipt, paper)

    width = float(paper[0].removesuffix("mm")) * 72 / 25.4
    found = words(pdf)
    assert min(float(left) for left, _, _ in found) > 5
    assert max(float(right) for _, right, _ in found) < width - 5
    text = pdf_text(pdf)
    for part in ("Maria", "Alvarez", "48210", "Visa", "Account"):
        assert part in {word for *_, word in found}
    if name == "very_large":
        assert "$9,999,999.99" in text
    if name == "three_transactions":
        assert re.search(r"Check 1023 +\$5\.00", text)
    assert len(pages(pdf)) <= 2


@pytest.mark.parametrize("paper", [LETTER, ROLL_80, ROLL_58], ids=["letter", "80 mm", "58 mm"])
def test_a_word_of_75_letters_breaks(printed, guarantor, paper):
    receipt = make_receipt(guarantor, movement(5000), applied=(Applied(5000, LONG),))

    pdf = printed(receipt, paper)

    found = words(pdf)
    inches = {LETTER: 8.5, ROLL_80: 80 / 25.4, ROLL_58: 58 / 25.4}[paper]
    assert max(float(right) for _, right, _ in found) < inches * 72
    assert LONG not in {word for *_, word in found}
    assert "$142.00" in {word for *_, word in found}


def test_without_javascript_print_is_a_link_to_the_pdf(browser, live_server, client_of, guarantor):
    EXAMPLES["escrow"](guarantor)
    context = browser.new_context(java_script_enabled=False)
    cookie = client_of(guarantor).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page = context.new_page()

    page.goto(f"{live_server.url}/receipts/1042/")

    assert page.get_by_role("link", name="Print").get_attribute("href") == "/receipts/1042/pdf/?open=1"
    context.close()
