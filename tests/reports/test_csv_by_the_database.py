"""A report's CSV that the database writes is the one that we would write, to the byte."""

import io

import pytest
from django.db import connection
from django.db.models import TextField, Value
from hypothesis import example, given, settings
from hypothesis import strategies as st

from payments.reports.listing import Field, Stored
from payments.reports.outputs import csv
from payments.reports.registry import find_report
from payments.reports.runs import copying
from payments.reports.runs.watching import NoLongerWanted
from payments.reports.tables import Column, Kind, Table
from pops.core.access.models import User
from tests.factories.accounts import GuarantorFactory
from tests.moments import NOON

# What values, months, formulas and names are made of.
PIECES = st.sampled_from([
    "E", "AM", "pm", "Mar", "march", "May", "TRUE", "false", "ending in 4242", "Emily", "0", "7", "12", "1.5", ",", '"',
    " ", "\n", "\r\n", "=", "+1", "-", "@", "\t", "'", "＝", "José", "٣", "$", "/", ":", "\x01", "\x02", "e5",
    "Eve", "\u00a0", "F", "T", "²", "ŉ", "É", "1000000000000000",
])  # fmt: skip
TEXTS = st.lists(PIECES, max_size=5).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6
)


def by_the_database(words):
    """A text as the one cell of a line."""
    stored = Stored(User.objects.order_by("pk")[:1], [Field("text", "Text", Value(words, TextField()))])
    file = io.BytesIO()
    copying.write([Column("text", "Text")], stored, file)
    return file.getvalue()


def say(value):
    return {"a": "=A", "b": ""}.get(value, value.upper())


@pytest.fixture
def one(practice, staff_user):
    return staff_user


@settings(max_examples=100)
@given(words=TEXTS)
@example(words="00123")
@example(words="E5")
@example(words="March 3")
@example(words="ending in 4242")
@example(words="B\n5")
@example(words="F\x01l1")
def test_each_text_is_kept_from_being_run_or_changed(one, words):
    assert by_the_database(words) == b"".join(csv.write(Table("", [], [Column("text", "Text")], [[words]])))


def test_values_of_each_kind(practice, staff_user):
    GuarantorFactory(name="a")
    fields = [
        Field("cents", "Cents", Value(-5), Kind.CENTS),
        Field("none", "None", Value(None, TextField()), Kind.DATE),
        Field("number", "Number", Value(7), Kind.NUMBER),
        Field("moment", "Moment", Value(NOON), Kind.MOMENT),
        Field("date", "Date", Value(NOON.date()), Kind.DATE),
        *(Field(word, word, Value(word, TextField()), say=say, known=["a", "b"]) for word in "abc"),
    ]
    file, columns = io.BytesIO(), [Column(row.name, row.label, row.kind) for row in fields]
    copying.write(columns, Stored(User.objects.order_by("pk")[:1], fields), file)

    row = [-5, None, 7, NOON, NOON.date(), say("a"), say("b"), say("c")]
    assert file.getvalue() == b"".join(csv.write(Table("", [], columns, [row])))
    assert b"-0.05,,7,2026-03-02" in file.getvalue()


def report_of(user, **more):
    report = find_report("pops-payments")
    question = report.ask({"from": "2026-03-01", "to": "2026-03-31", **more}, user=user, today=NOON.date())
    assert not question.wrong
    return report.table(question, user)


def test_pops_payments_is_the_same_by_either(practice, pay, dana):
    for name, cents in (("María Álvarez", 1000), ("=1+1", 2500), ("Mark 7", 700), ('A "B", C', 3)):
        pay(GuarantorFactory(name=name), cents=cents)

    for more in ({}, {"list": "applied"}, {"escrow": "only"}):
        table, file = report_of(dana, **more), io.BytesIO()
        copying.write(table.columns, table.stored, file)
        assert file.getvalue() == b"".join(csv.write(table))


def test_days_without_a_batch_give_the_headings_alone(practice, dana):
    table = report_of(dana)

    file = io.BytesIO()
    copying.write(table.columns, table.stored, file)

    assert file.getvalue() == b"".join(csv.write(table))
    assert file.getvalue().count(b"\r\n") == 1


def test_it_ends_when_it_is_not_wanted_any_more(practice, staff_user):
    def refuse(rows):
        raise NoLongerWanted

    fields = [Field("email", "Email", "email")]
    with pytest.raises(NoLongerWanted):
        copying.write([Column("email", "Email")], Stored(User.objects.all(), fields, refuse), io.BytesIO())
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
