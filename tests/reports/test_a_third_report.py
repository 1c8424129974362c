"""A report is one declaration: this file makes one, and screen, sums and files of it come from the engine."""

import datetime as dt

import pytest
from django.db.models import Count, Sum

from payments.reports.declaration import Field, Group, Measure, Report, Sort, Trend
from payments.reports.filters.choices import Choices
from payments.reports.filters.dates import Dates
from payments.reports.tables import Column, Kind
from receipts.models import Receipt
from tests.moments import NOON

COUNT = Measure("receipts", "Receipts", Kind.NUMBER, Count("number"))
TOTAL = Measure("total", "Total", Kind.CENTS, Sum("amount_cents"))
AVERAGE = Measure("average", "Average", Kind.CENTS, of=lambda sums: sums["total"] // (sums["receipts"] or 1))


class ReceiptsByDay(Report):
    slug, title, right = "receipts-by-day", "Receipts by day", "receipts.view_receipt"
    filters = (
        Dates(name="span", label="Payment date", lookup="received_on"),
        Choices(name="status", label="Status", lookup="status", choices=Receipt.Status.choices),
    )
    measures = (COUNT, TOTAL, AVERAGE)
    groups = (
        Group("day", "Day", "received_on", asks=lambda key: {"from": f"{key}", "to": f"{key}"}),
        Group(
            "status", "Status", "status", say=lambda key: Receipt.Status(key).label, asks=lambda key: {"status": key}
        ),
    )
    fields = (
        Field("receipt", "Receipt", "number", Kind.NUMBER),
        Field("date", "Payment date", "received_on", Kind.DATE),
        Field("status", "Status", "status", say=lambda key: Receipt.Status(key).label),
        Field("amount", "Amount", "amount_cents", Kind.CENTS),
    )
    sorts = (Sort("date", "Payment date", ["received_on"], descends=True), Sort("amount", "Amount", ["amount_cents"]))
    unique = ("number",)
    trends = (Trend("days", "By day", TOTAL, "received_on", is_time=True),)

    def rows(self, question, user):
        return Receipt.objects.all()


REPORT = ReceiptsByDay()
MARCH = {"from": "2026-03-01", "to": "2026-03-03"}


@pytest.fixture
def receipts(pay):
    return [pay(cents=cents, at=NOON + dt.timedelta(days=days)) for cents, days in [(5000, 0), (700, 0), (300, 1)]]


def ask(user, **given):
    question = REPORT.ask({**MARCH, **given}, user=user, today=dt.date(2026, 3, 3))
    assert not question.wrong
    return question


def test_it_sums_lists_and_draws(receipts, staff_user):
    question = ask(staff_user, by="day")
    totals, (series,) = REPORT.totals_and_series(question, staff_user)

    assert [(total.measure.name, total.value) for total in totals] == [
        ("receipts", 3), ("total", 6000), ("average", 2000),
    ]  # fmt: skip
    assert totals == REPORT.totals(question, staff_user)
    (section,) = REPORT.sections(question, staff_user)
    assert [(row.words, list(row.sums), row.address) for row in section.rows] == [
        ("2026-03-02", [2, 5700, 2850], "from=2026-03-02&to=2026-03-02&by=day"),
        ("2026-03-03", [1, 300, 300], "from=2026-03-03&to=2026-03-03&by=day"),
    ]
    assert series.points == [("March 1, 2026", 0), ("March 2, 2026", 5700), ("March 3, 2026", 300)]
    table = REPORT.table(question, staff_user)
    assert table.columns[0] == Column("receipt", "Receipt", Kind.NUMBER)
    assert list(table.rows) == [(row.number, row.received_on, "Paid", row.amount_cents) for row in reversed(receipts)]


@pytest.mark.parametrize(
    ("last", "points"),
    [
        ("2026-05-01", [("week of March 1, 2026", 6000), ("week of March 8, 2026", 0)]),
        ("2026-12-31", [("March 2026", 6000), ("April 2026", 0)]),
    ],
)
def test_long_spans_are_drawn_by_week_and_month(receipts, staff_user, last, points):
    _, (series,) = REPORT.totals_and_series(ask(staff_user, to=last), staff_user)

    assert series.points[:2] == points


def test_its_address_holds_the_question(staff_user, practice):
    question = ask(staff_user, status="paid", by="status", sort="-amount", totals="only")

    assert question.said == ["Payment date: March 1, 2026 through March 3, 2026.", "Status: Paid.", "Total by status."]
    assert question.address == "from=2026-03-01&to=2026-03-03&status=paid&by=status&totals=only&sort=-amount"
    again = REPORT.ask(question.pairs, user=staff_user, today=dt.date(2027, 1, 1))
    assert again.said == question.said


def test_its_pages_follow_each_other(receipts, staff_user, monkeypatch):
    monkeypatch.setattr("payments.reports.listing.PAGE", 2)
    question = ask(staff_user, sort="-amount")

    first = REPORT.page(question, staff_user)
    second = REPORT.page(question, staff_user, first.next)

    assert [row[3] for row in [*first.rows, *second.rows]] == [5000, 700, 300]
    assert second.next == ""
