"""Golden files: what a page or a PDF said when a person last looked at it and found it right.

GOLDEN=write rewrites them; look at the difference before committing it.
"""

import os
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

BREAKS = {
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "header",
    "li",
    "p",
    "section",
    "table",
    "td",
    "th",
    "tr",
}


def check_golden(path: Path, text: str) -> None:
    """Compare with the golden file."""
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.depth, self.parts = 0, [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag == "main"
        if tag == "tr":
            self.parts.append("")
        elif tag in ("td", "th"):
            self.parts[-1] += " | " if self.parts[-1] else ""
        elif tag in BREAKS and "|" not in self.parts[-1]:
            self.parts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "main"
        if tag == "tr" or (tag in BREAKS and tag not in ("td", "th")):
            self.parts.append("")

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.parts[-1] += data


def page_text(html: str) -> str:
    """What <main> of a page says: a line for each block, the cells of a table's row in one."""
    parser = _Text()
    parser.feed(html)
    lines = (" ".join(part.split()) for part in parser.parts)
    return "\n".join(line for line in lines if line) + "\n"


def pdf_text(pdf: bytes) -> str:
    """What a PDF says, line by line as on its pages; how wide a gap is doesn't matter."""
    run = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    pages = run.stdout.decode().rstrip("\f").split("\f")
    return "\f\n".join(
        "".join(f"{re.sub(' {2,}', '  ', line)}\n" for line in page.split("\n") if line) for page in pages
    )
