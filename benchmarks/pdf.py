"""PDFs of receipts: the time beside bare WeasyPrint on the same page, and the memory over many documents."""

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from pops.core.practice.models import Practice
from receipts.documents.pdf import FETCHER, STATIC, render_pdf
from receipts.documents.receipts import render_html
from receipts.itemized import for_itemizing, itemize_as_issued
from receipts.models import Receipt
from tests.factories.accounts import GuarantorFactory
from tests.factories.practice import PracticeFactory
from tests.receipts.examples import Applied, make_receipt, movement

TIMES = 40
MANY = 2_000
DOCUMENTS = 500
ALONE = """
import resource, sys
import django
django.setup()
from receipts.documents.pdf import render_pdf
render_pdf(sys.stdin.read(), style="receipt-pdf", paper_size="letter")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
SHEET = Path(__file__).parent.parent / "static" / "css" / "receipt-pdf.css"


def benchmark() -> list[dict[str, object]]:
    """Rows of the report. Targets: at most 1.2 of bare WeasyPrint's time, memory flat over 500 documents."""
    practice = PracticeFactory()
    with transaction.atomic():
        receipt = make_receipt(
            GuarantorFactory(), movement(2500), applied=tuple(Applied(100, service_id=f"1-{n}") for n in range(25))
        )
    receipt = for_itemizing(Receipt.objects.filter(pk=receipt.pk)).get()
    html = render_html(itemize_as_issued(receipt), practice)
    fonts = FontConfiguration()
    sheets = [
        CSS(filename=str(SHEET), font_config=fonts, url_fetcher=FETCHER),
        CSS(string="@page { size: letter }"),
    ]

    def bare() -> object:
        page = HTML(string=html, base_url=STATIC, url_fetcher=FETCHER)
        return page.write_pdf(stylesheets=sheets, font_config=fonts, pdf_variant="pdf/ua-1")

    def ours() -> object:
        return render_pdf(render_html(itemize_as_issued(receipt), practice), style="receipt-pdf", paper_size="letter")

    many = _html_of(practice, MANY)
    took = in_turns({"POPS": ours, "bare": bare})
    early, late = memory_over(ours)
    return [
        {
            "what": "a receipt of 25 lines, template and PDF, ms",
            "measured": round(took["POPS"]),
            "beside": "WeasyPrint on the finished page",
            "its": round(took["bare"]),
            "ratio": round(took["POPS"] / took["bare"], 2),
            "target": "<= 1.2",
        },
        {
            "what": f"memory after {DOCUMENTS} documents, MB",
            "measured": round(late),
            "beside": "after 50",
            "its": round(early),
            "ratio": round(late / early, 2),
            "target": "<= 1.05",
        },
        {
            "what": f"a receipt of {MANY:,} lines: the most memory of its process, MB",
            "measured": round(most_memory(many)),
            "beside": "where a worker's process is replaced",
            "its": round(settings.CELERY_WORKER_MAX_MEMORY_PER_CHILD / 1000),
            "target": "less",
        },
    ]


def _html_of(practice: Practice, count: int) -> str:
    with transaction.atomic():
        lines = tuple(Applied(100, service_id=f"2-{n}") for n in range(count))
        receipt = make_receipt(GuarantorFactory(), movement(100 * count), number=count, applied=lines)
    return render_html(itemize_as_issued(for_itemizing(Receipt.objects.filter(pk=receipt.pk)).get()), practice)


def most_memory(html: str) -> float:
    """Megabytes at most of a process of its own that makes one document."""
    run = subprocess.run([sys.executable, "-c", ALONE], input=html, capture_output=True, text=True, check=True)
    return int(run.stdout.split()[-1]) / 1000


def in_turns(jobs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median milliseconds of each, after some to warm up. A collection would fall on the same one each time."""
    took: dict[str, list[float]] = {name: [] for name in jobs}
    for n in range(TIMES + 3):
        for name, job in jobs.items():
            gc.collect()
            begin = time.perf_counter()
            job()
            if n >= 3:
                took[name].append(time.perf_counter() - begin)
    return {name: 1000 * statistics.median(times) for name, times in took.items()}


def memory_over(job: Callable[[], object]) -> tuple[float, float]:
    """Megabytes this process holds after 50 documents, and after all."""
    connection.close()
    early = 0.0
    for n in range(1, DOCUMENTS + 1):
        job()
        if n == 50:
            early = resident()
    return early, resident()


def resident() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6
