"""README tells to try what the demo prints: the same people by the same names, the same cards."""

import re
from pathlib import Path

import pytest

from pops.local import banner, environment
from pops.local.product import Product
from pops.local.servers import Servers
from tests.conventions.source import ROOT

README = (ROOT / "README.md").read_text()
CARD = re.compile(r"\b\d{4} \d{4} \d{4} \d{4}\b")


@pytest.fixture
def printed(tmp_path: Path) -> str:
    product = Product(Servers(tmp_path, durable=False), port=8000)
    product.sandbox = "http://127.0.0.1:4242"
    product.env = {"SECRET_KEY": "a key", "EMAIL_URL": environment.NO_MAIL_SERVER, "POPS_TEXT_DIR": "texts"}
    return banner.text(product)


def test_readme_has_the_cards_that_are_printed(printed: str) -> None:
    assert sorted(CARD.findall(README)) == sorted(CARD.findall(printed))


def test_readme_calls_people_as_they_are_printed(printed: str) -> None:
    called = re.findall(r"^- \*\*(.+?)\*\*", README, re.MULTILINE)

    assert [name for name in called if f"\n   {name} " not in printed] == []
    assert {name for name, _ in banner.PEOPLE} <= set(called)


@pytest.mark.parametrize("fact", [r"[\w.]+@example\.com", r"\d\d/\d\d/\d{4}", r"48\d{3}"])
def test_what_readme_tells_to_type_is_printed(printed: str, fact: str) -> None:
    assert set(re.findall(f"`({fact})`", README)) <= set(re.findall(fact, printed))
