"""Pages as tagged PDF.

Imported by the workers alone: WeasyPrint and its fonts take most of a second to load.
"""

import threading
from functools import cache

from django.contrib.staticfiles import finders
from django.core.files.storage import default_storage
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from pops.core.practice.look import PICTURE
from pops.core.practice.models import Practice
from pops.core.practice.pictures import FOLDER, content_type_of

STATIC = "static:"
# A QR code is drawn into its page.
DRAWING = "data:image/svg+xml"

# Fonts are not made for several threads at once.
ONE_AT_A_TIME = threading.Lock()


class StaticFilesOnly(URLFetcher):
    """Hands out our static files, named static:path, groups' pictures, and what is drawn in the page; nothing else."""

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        if url.startswith(DRAWING):
            return super().fetch(url, headers)
        if url.startswith(PICTURE):
            return URLFetcherResponse(url, _read_picture(url.removeprefix(PICTURE)))
        path = finders.find(url.removeprefix(STATIC)) if url.startswith(STATIC) else None
        if path is None:
            raise ValueError(f"{url} is none of our static files")
        with open(path, "rb") as file:
            return URLFetcherResponse(url, file.read())


def _read_picture(name: str) -> bytes:
    if not content_type_of(name):
        raise ValueError(f"{name} is no picture of ours")
    with default_storage.open(FOLDER + name) as file:
        return bytes(file.read())


FETCHER = StaticFilesOnly()


@cache
def fonts() -> FontConfiguration:
    """One for the whole process: reading the fonts anew for each document would take longer than the document.

    Never at import: Pango 1.56 keeps a thread for them, which a worker's fork loses, and each PDF waits for ever.
    """
    return FontConfiguration()


@cache
def stylesheets(name: str, paper_size: str, *, is_wide: bool = False) -> list[CSS]:
    """A style sheet of ours, read once, and the paper's size, upright or on its side."""
    sheet = CSS(url=f"{STATIC}css/{name}.css", url_fetcher=FETCHER, font_config=fonts())
    side = " landscape" if is_wide else ""
    return [sheet, CSS(string=f"@page {{ size: {Practice.PaperSize(paper_size).value}{side} }}")]


def render_pdf(html: str, *, style: str, paper_size: str, is_wide: bool = False) -> bytes:
    """A tagged PDF (PDF/UA-1) of a page, in one of our style sheets."""
    with ONE_AT_A_TIME:
        pdf: bytes = HTML(string=html, base_url=STATIC, url_fetcher=FETCHER).write_pdf(
            stylesheets=stylesheets(style, paper_size, is_wide=is_wide), font_config=fonts(), pdf_variant="pdf/ua-1"
        )
    return pdf
