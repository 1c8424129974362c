"""The documents name files that are there: whoever follows them arrives."""

import os
import re
from functools import cache
from pathlib import Path

import pytest

from tests.conventions.source import ROOT, is_there

# Decision records and the changelog say what was there on their day.
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PATH = re.compile(r"`(\w[\w./-]*(?:/|\.(?:py|sql|md|html|css|js|toml)))`")
NAME = re.compile(r"`((?:pops|batches|notifications|payments|receipts)\.[\w.]+)`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@cache
def tree() -> str:
    """Every file and folder of ours, one a line, folders with a slash at their end."""
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith((".", "__"))]
        here = "/" + Path(folder).relative_to(ROOT).as_posix().removeprefix(".")
        found += [f"{here}/{name}" for name in files] + [f"{here}/{name}/" for name in folders]
    return "\n".join(found) + "\n"


def lost_paths(text: str) -> list[str]:
    """Paths in code type that end no path of ours: `desk/action.py` is enough, `desk/acting.py` is lost."""
    return [path for path in PATH.findall(text) if f"/{path}\n" not in tree()]


def lost_names(text: str) -> list[str]:
    return [name for name in NAME.findall(text) if not is_there(name)]


def lost_links(document: Path) -> list[str]:
    return [link for link in LINK.findall(document.read_text()) if not (document.parent / link).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_it_names_is_there(document):
    assert lost_paths(document.read_text()) == []
    assert lost_names(document.read_text()) == []
    assert lost_links(document) == []


def test_the_check_sees_a_lost_path():
    assert lost_paths("See `receipts/owed.sql`, `desk/`, `locks.py` and `Receipt`.") == []
    assert lost_paths("See `receipts/owing.sql` and `payments/backoffice/`.") == [
        "receipts/owing.sql",
        "payments/backoffice/",
    ]


def test_the_check_sees_a_lost_name():
    assert lost_names("`pops.core.locks.hold` of `receipts.owed`") == []
    assert lost_names("`pops.money.format_cents`") == ["pops.money.format_cents"]
