"""The receipt's mail and PDF wear the look of the group: primary colour, logo, name."""

import subprocess

import pytest
from PIL import Image

from pops.core.practice.pictures import LOGO, read_picture
from receipts.documents.pdf import render_pdf
from receipts.documents.receipts import render_html
from receipts.itemized import for_itemizing, itemize_as_issued
from receipts.models import Receipt
from receipts.notices import write
from tests.factories.accounts import GuarantorFactory
from tests.factories.pictures import picture_file
from tests.factories.practice import GroupFactory
from tests.factories.themes import HARSH
from tests.golden import pdf_text

YELLOW, GREY = HARSH["black and yellow"], HARSH["grey as paper, always dark"]


@pytest.fixture
def receipt_of(pay):
    def receipt_of(**facts):
        group = GroupFactory(shown_name="Lakeside Kids", **facts)
        return for_itemizing(Receipt.objects.filter(pk=pay(GuarantorFactory(group=group)).pk)).get()

    return receipt_of


def test_the_mail_wears_it(receipt_of, practice):
    receipt = receipt_of(primary="#a3005c", logo=read_picture(picture_file(250, 64), LOGO))

    mail = write(receipt, practice)

    assert "background-color:#a3005c;border-radius:8px" in mail.html
    assert f"/{receipt.guarantor.group.logo.name}" in mail.html
    assert (mail.sender, mail.subject) == ("Lakeside Kids", f"Receipt {receipt.number} from Lakeside Kids")
    assert "#0b5563" not in mail.html


def test_a_mail_that_is_always_dark_is_dark_in_every_program(receipt_of, practice):
    html = write(receipt_of(**GREY.nine, dark=GREY.dark), practice).html

    assert "#e0e0e0" not in html
    assert "#f5f5f5" not in html


def colours_of(pdf, tmp_path):
    """The colours of the first page's pixels, as hex."""
    (tmp_path / "a.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "60", "-png", "-singlefile", "a.pdf", "a"], cwd=tmp_path, check=True)
    image = Image.open(tmp_path / "a.png").convert("RGB")
    return {"#{:02x}{:02x}{:02x}".format(*colour) for _, colour in image.getcolors(1 << 24)}


def test_the_pdf_wears_logo_and_name_and_a_primary_colour_dark_enough_for_paper(receipt_of, practice, tmp_path):
    receipt = receipt_of(**YELLOW.nine, logo=read_picture(picture_file(250, 64, colour="#c0ffee"), LOGO))

    pdf = render_pdf(render_html(itemize_as_issued(receipt), practice), style="receipt-pdf", paper_size="letter")

    assert pdf_text(pdf).startswith("Lakeside Kids")
    found = colours_of(pdf, tmp_path)
    assert "#c0ffee" in found
    assert "#ffff00" not in found


def test_no_page_for_paper_fetches_another_stored_file():
    html = '<style>p { background: url("picture:../receipts/1.pdf") }</style><p>A page'

    assert render_pdf(html, style="receipt-pdf", paper_size="letter").startswith(b"%PDF")
