"""docs/words.md names classes, fields, modules and tables that are there, and every class that people speak of."""

import re

import pytest
from django.db import connection

from tests.conventions.source import MODELS, ROOT, is_there

TEXT = (ROOT / "docs/words.md").read_text()
OURS = (
    "accounts",
    "access",
    "practice",
    "batches",
    "receipts",
    "payments",
    "notifications",
    "changes",
    "subscribers",
    "imports",
    "logins",
    "quickpay",
    "service_accounts",
    "portal_sessions",
    "appointments",
    "backoffice",
)


def named_in(text: str, column: int) -> set[str]:
    """What a column of the tables names in code: Receipt.Kind.REFUND, receipts.owed, practice_group."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
    return {name for row in rows for name in re.findall(r"`([A-Za-z_.]+)(?:`|\()", row[column])}


def is_loose(name: str) -> bool:
    """A word of the house that is no name of one thing: escrow_cents, why_not_."""
    return "." not in name and name[0].islower()


def test_all_that_is_named_in_code_is_there():
    named = {name for name in named_in(TEXT, 1) if not is_loose(name)}

    assert len(named) > 30
    assert {name for name in named if not is_there(name)} == set()


@pytest.mark.django_db
def test_every_table_is_there():
    named = named_in(TEXT, 2)
    with connection.cursor() as cursor:
        there = {table.name for table in connection.introspection.get_table_list(cursor)}

    assert len(named) > 20
    assert named - there == set()


def test_every_model_that_people_speak_of_is_named():
    # Those of pghistory keep what others were.
    ours = {
        name
        for name, model in MODELS.items()
        if model._meta.app_label in OURS and not hasattr(model, "pgh_tracked_model")
    }

    assert {name for name in ours if f"`{name}" not in TEXT and f".{name}`" not in TEXT} == set()


@pytest.mark.parametrize(
    "good", ["Receipt", "Receipt.Kind.REFUND", "receipts.owed", "pops.core.locks.Held", "Group.auto_post"]
)
def test_the_check_finds_what_is_there(good):
    assert named_in(f"| word | `{good}` | `practice_group` | Word |", 1) == {good}
    assert is_there(good)


@pytest.mark.parametrize("bad", ["Reciept", "Receipt.Kind.GONE", "receipts.owing", "pops.core.locks.Holding"])
def test_the_check_sees_what_is_not_there(bad):
    assert not is_there(bad)
