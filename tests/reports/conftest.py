"""A report that tests ask for, with rows as many as they like."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from payments.reports import sources
from payments.reports.models import Format
from payments.reports.runs import asking
from payments.reports.runs.asking import Wish
from payments.reports.sources import Source
from payments.reports.tables import Column, Kind, Table
from payments.reports.tasks import work_off_runs
from pops.core.refusals import Refused
from tests.factories.desk import today as business_day
from tests.factories.staff import MANAGER, member


class Samples(Source):
    """Numbers, as many as the question says; only for who may close batches."""

    slug, title = "samples", "Samples"
    rows: Any = None

    def may(self, user):
        return user.has_perm("batches.reopen_batch")

    def page(self, question):
        return f"/admin/?{question}"

    def table(self, question, *, user, today):
        if not question.isdigit():
            raise Refused("odd", "There is no such number.")
        rows = self.rows(int(question)) if self.rows else ((number,) for number in range(int(question)))
        return Table(self.title, [f"{question} numbers on {today}"], [Column("number", "Number", Kind.NUMBER)], rows)

    def count(self, question, *, user, today):
        return int(question) if question.isdigit() else None


@pytest.fixture
def samples(monkeypatch: pytest.MonkeyPatch) -> Iterator[Samples]:
    source = Samples()
    monkeypatch.setitem(sources._SOURCES, source.slug, source)
    return source


@pytest.fixture
def ruth(practice: Any) -> Any:
    """Who asks."""
    return member(MANAGER, name="Ruth Okafor", email="ruth@example.com")


@pytest.fixture
def ask(samples: Samples, ruth: Any, settings: Any, tmp_path: Any) -> Any:
    """What somebody wishes for; files are stored in a folder of the test's own."""
    settings.MEDIA_ROOT = str(tmp_path / "media")

    def ask(rows: object = 5_000, form: Format = Format.CSV, by: Any = None, today: Any = None) -> Wish:
        return Wish(samples, str(rows), form, by or ruth, today or business_day(), timezone.now())

    return ask


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is done where a test says so: nobody is called."""
    monkeypatch.setattr(asking, "queue_runs", lambda: None)
    monkeypatch.setattr(work_off_runs, "delay", lambda: None)
