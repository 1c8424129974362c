"""docs/words.md names tables and classes that are there."""

import re

import pytest
from django.apps import apps
from django.db import connection

from tests.conventions.source import ROOT

TEXT = (ROOT / "docs/words.md").read_text()
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if line.startswith("| ")][
    1:
]


def names_in(cell):
    return re.findall(r"`([A-Za-z_.]+)", cell)


@pytest.mark.django_db
def test_every_table_is_there():
    named = {name for row in ROWS for name in names_in(row[2])}
    with connection.cursor() as cursor:
        there = {table.name for table in connection.introspection.get_table_list(cursor)}

    assert named
    assert named <= there


def test_every_model_is_there():
    models = {model.__name__ for model in apps.get_models()}
    named = {name for row in ROWS for name in names_in(row[1]) if re.fullmatch(r"[A-Z]\w+", name)}

    assert named - models <= {"Standing", "Refused"}


def test_every_model_of_ours_that_people_speak_of_is_named():
    ours = {
        model.__name__
        for app in ("accounts", "receipts", "payments", "practice")
        for model in apps.get_app_config(app).get_models()
        if not model.__name__.endswith("Event") or model.__name__ == "ProcessorEvent"
    }

    assert {name for name in ours if name not in TEXT} <= {"Practice", "ReceiptMove", "ReceiptDocument"}
