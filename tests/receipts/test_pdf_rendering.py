"""The PDF itself: tagged, titled, paged, readable in many scripts, and nothing fetched from elsewhere."""

import re
import subprocess
import sys
import zlib

import pytest

from receipts.documents import pdf as documents
from receipts.documents.pdf import render_pdf
from receipts.documents.receipts import render_html
from receipts.itemized import for_itemizing, itemize_as_issued
from receipts.models import Receipt
from tests.golden import pdf_text
from tests.receipts.examples import EXAMPLES, Applied, make_receipt, movement


def pdf_of(receipt, practice):
    receipt = for_itemizing(Receipt.objects.filter(pk=receipt.pk)).get()
    return render_pdf(
        render_html(itemize_as_issued(receipt), practice), style="receipt-pdf", paper_size=practice.paper_size
    )


def ask(command, pdf, *options):
    """What one of Poppler's tools says of a PDF."""
    to_stdout = ["-"] if command == "pdftotext" else []
    run = subprocess.run([command, *options, "-", *to_stdout], input=pdf, capture_output=True, check=True)
    return run.stdout.decode()


def objects(pdf):
    """The PDF's objects, unpacked where they are compressed."""
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S):
        try:
            pdf += zlib.decompress(packed)
        except zlib.error:
            continue
    return pdf


def many_lines(guarantor, count):
    lines = tuple(Applied(100, f"Physical therapy {n}", f"67563-{n}") for n in range(count))
    return make_receipt(guarantor, movement(count * 100), applied=lines)


@pytest.mark.parametrize(("size", "points"), [("letter", "612 x 792"), ("A4", "595.276 x 841.89")])
def test_the_paper_is_the_practices(practice, guarantor, size, points):
    practice.paper_size = size

    assert f"{points} pts" in ask("pdfinfo", pdf_of(EXAMPLES["escrow"](guarantor), practice))


def test_it_is_pdf_ua_with_title_language_and_tags(practice, guarantor):
    pdf = pdf_of(EXAMPLES["escrow"](guarantor), practice)

    info = ask("pdfinfo", pdf)
    assert re.search(r"Title: +Receipt 1042 – Lakeside Family Medicine", info)
    assert re.search(r"Tagged: +yes", info)
    assert "<pdfuaid:part>1</pdfuaid:part>" in re.sub(
        r"\s", "", ask("pdfinfo", pdf, "-meta")
    ) or 'pdfuaid:part="1"' in (ask("pdfinfo", pdf, "-meta"))
    structure = ask("pdfinfo", pdf, "-struct-text")
    for tag in ("Document", "H1", "H2", "H3", "Table", "TH", "TD"):
        assert re.search(rf"^ *{tag}\b", structure, re.M), tag
    assert b"/Lang (en-US)" in objects(pdf)
    assert b"/DisplayDocTitle true" in objects(pdf)


@pytest.mark.parametrize("name", ["three_transactions", "refund", "unsuccessful"])
def test_weasyprint_finds_nothing_wrong_with_it(practice, guarantor, caplog, name):
    pdf_of(EXAMPLES[name](guarantor), practice)

    assert [record.message for record in caplog.records if record.name == "weasyprint"] == []


def test_it_has_bookmarks(practice, guarantor):
    pdf = objects(pdf_of(EXAMPLES["several_patients_and_providers"](guarantor), practice))

    for words in (b"Receipt 1042", b"Payment summary", b"Visit details", b"Lakeside North"):
        assert b"/Title (" + words in pdf or words.decode().encode("utf-16-be").hex().encode() in pdf.lower(), words


def test_pages_are_numbered_and_the_tables_header_is_repeated(practice, guarantor):
    pages = pdf_text(pdf_of(many_lines(guarantor, 60), practice)).split("\f\n")

    assert len(pages) >= 3
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Receipt 1042" in page
        assert "Lakeside Family Medicine" in page
        if "Physical therapy" in page:
            assert "Insurance paid  Patient paid  Remaining  This payment" in page


def test_an_unsuccessful_one_says_on_every_page_that_it_proves_nothing(practice, guarantor):
    reason = "The card doesn't have enough funds for this payment. " * 3
    tries = [movement(0, n, requested_cents=100, reason=reason[:200]) for n in range(40)]
    receipt = make_receipt(guarantor, *tries, status="unsuccessful")

    pages = pdf_text(pdf_of(receipt, practice)).split("\f\n")

    assert len(pages) > 1
    for page in pages:
        assert "not a proof of payment" in page
        assert "Paid" not in page


@pytest.mark.parametrize("count", [6, 7, 8, 27, 28])
def test_no_page_has_totals_alone_and_none_ends_with_a_heading(practice, guarantor, count):
    for page in pdf_text(pdf_of(many_lines(guarantor, count), practice)).split("\f\n"):
        assert "Physical therapy" in page
        assert "Lakeside Main Clinic" not in page or page.index("Physical therapy") > page.index("Lakeside Main Clinic")


def test_a_word_of_75_letters_breaks_and_leaves_the_amounts_alone(practice, guarantor):
    long = "Pneumonoultramicroscopicsilicovolcanoconiosis" + "x" * 30
    facts = {"patient": "P" * 200, "provider": "D" * 200, "facility": "F" * 200, "address": "A" * 300}
    receipt = make_receipt(guarantor, movement(100, number="n" * 200), applied=(Applied(100, long, **facts),))

    words = re.findall(
        r'<word xMin="([\d.]+)" .*?xMax="([\d.]+)".*?>(.*?)</word>',
        ask("pdftotext", pdf_of(receipt, practice), "-bbox"),
    )

    assert max(float(right) for _, right, _ in words) <= 612 - 16 * 72 / 25.4 + 1
    first = next(float(left) for left, _, word in words if word == "$142.00" and float(left) < 300)
    (begun,) = {float(right) for _, right, word in words if word.startswith("Pneumono")}
    assert begun < first


def test_of_several_tenders_it_says_which_is_the_check(practice, guarantor):
    text = pdf_text(pdf_of(EXAMPLES["three_transactions"](guarantor), practice))

    assert re.search(r"Check 1023 +\$5\.00\n +1042-3", text)


# The font that has the script: a letter that none has is drawn as a box, by the first font.
NAMES = {
    "Zoë Müller-Østergård": "Noto-Sans",
    "Nguyễn Thị Hồng Nhung": "Noto-Sans",
    "Ελένη Παπαδοπούλου": "Noto-Sans",
    "Дмитрий Волков": "Noto-Sans",
    "王小明": "Droid-Sans-Fallback",
    "さくら": "Droid-Sans-Fallback",
    "김민준": "LexiGulim",
    "عائشة كريم": "Noto-Sans-Arabic",
    "נועה לוי": "Noto-Sans-Hebrew",
    "प्रिया रमन": "Noto-Sans-Devanagari",
    "สมชาย ใจดี": "Noto-Sans-Thai",
}


@pytest.mark.parametrize(("name", "font"), NAMES.items())
def test_names_are_readable_in_many_scripts_with_embedded_fonts(practice, guarantor, name, font):
    guarantor.name = name
    pdf = pdf_of(make_receipt(guarantor, movement(100)), practice)

    fonts = [line.split() for line in ask("pdffonts", pdf).splitlines()[2:]]
    assert f"{font}" in {re.sub(r"^.*?\+|-Bold$|-SemiBold$", "", line[0]) for line in fonts}
    assert {line[-5] for line in fonts} == {"yes"}  # embedded
    assert name in re.sub("[\u202a-\u202e]", "", pdf_text(pdf))


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/pixel.png",
        "https://example.com/x.css",
        "file:///etc/passwd",
        "data:text/css,p{color:red}",
        "static:../pops/settings.py",
        "static:/etc/passwd",
        "//example.com/x",
    ],
)
def test_only_our_own_static_files_are_fetched(address):
    with pytest.raises(Exception, match=r"none of our static files|outside"):
        documents.FETCHER.fetch(address)


def test_our_own_static_files_are_fetched():
    assert documents.FETCHER.fetch("static:img/logo.svg").read().startswith(b"<svg")


def test_a_name_with_markup_fetches_nothing_and_stays_text(practice, guarantor, monkeypatch):
    asked = []
    fetch = documents.StaticFilesOnly.fetch
    monkeypatch.setattr(documents.StaticFilesOnly, "fetch", lambda *given: asked.append(given[1]) or fetch(*given))
    guarantor.name = '<img src="https://example.com/x.png"><link rel=stylesheet href=file:///etc/passwd>'

    shown = pdf_text(pdf_of(make_receipt(guarantor, movement(100)), practice))

    assert "<img src=" in shown
    assert {address for address in asked if not address.startswith("static:")} == set()


LONG = """
import resource, sys
import django
django.setup()
from receipts.documents.pdf import render_pdf
def most(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = most()
render_pdf(sys.stdin.read(), style="receipt-pdf", paper_size="letter")
print(before, most())
"""


def test_400_lines_take_so_little_memory_that_2000_stay_within_the_workers(practice, guarantor, settings):
    """The 2,000 themselves are rendered by `make bench ARGS=pdf`: they take half a minute."""
    receipt = for_itemizing(Receipt.objects.filter(pk=many_lines(guarantor, 400).pk)).get()
    html = render_html(itemize_as_issued(receipt), practice)

    run = subprocess.run([sys.executable, "-c", LONG], input=html, capture_output=True, text=True, check=True)

    before, most = map(int, run.stdout.split()[-2:])  # KiB, as the setting
    assert before + 5 * (most - before) < settings.CELERY_WORKER_MAX_MEMORY_PER_CHILD
