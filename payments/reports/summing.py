"""The sums of a report, all made by the database: grand totals, a section a group, and what a chart shows."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import DateField, F, Func, Q, QuerySet
from django.db.models.functions import TruncMonth

from payments.reports.question import Question
from payments.reports.sets import sum_by_each
from payments.reports.spans import Span, begin_of_week
from payments.reports.tables import Column, Kind, Table
from pops.core.words import day

# A section shows so many groups; its last row sums up the others.
MOST_GROUPS = 500
# Above so many days a chart is by week, above so many by month.
BY_WEEK_ABOVE, BY_MONTH_ABOVE = 45, 190


class Week(Func):
    """The Sunday on or before a date. PostgreSQL's own weeks begin on Monday."""

    template = "(date_trunc('week', %(expressions)s + 1)::date - 1)"
    output_field = DateField()


@dataclass(frozen=True)
class Measure:
    """A sum over rows: an aggregate, or what is computed of other measures, which come before it.

    `asks` is what of an address lists the rows that it sums.
    """

    name: str
    label: str
    kind: Kind
    sums: Any = None
    of: Callable[[Mapping[str, int]], int] | None = None
    asks: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Total:
    """A measure and what it came to; None where it makes no sense."""

    measure: Measure
    value: int | None


@dataclass(frozen=True)
class Group:
    """What rows can be grouped by: `key` is a name or an expression, `label` one that is shown in its place.

    `say` makes words of the key, or of the label where there is one. `asks` gives what of an address selects that group
    alone; None where nothing does. `measures` names those that make sense by it, and `where` says of which rows it is a
    group; empty: all.
    """

    name: str
    label: str
    key: Any
    title: Any = None
    say: Callable[[Any], str] = str
    asks: Callable[[Any], Mapping[str, str | None] | None] = lambda key: None
    measures: Sequence[str] = ()
    where: Q | None = None


@dataclass(frozen=True)
class GroupRow:
    """A group, what it is called, its sums in the order of the section's measures, and the address of it alone."""

    key: Any
    words: str
    sums: Sequence[int | None]
    address: str | None


@dataclass(frozen=True)
class Section:
    """The totals by one group. `is_cut`: there are more groups than are shown; their sums are in `rest`."""

    group: Group
    measures: Sequence[Measure]
    rows: Sequence[GroupRow]
    rest: Sequence[int | None] | None = None


@dataclass(frozen=True)
class Trend:
    """What a chart can show: one of the measures by time (`key` is a column of dates) or by a group.

    Of a group there is a bar where the measure is not zero.
    """

    name: str
    label: str
    measure: Measure
    key: str
    say: Callable[[Any], str] = str
    is_time: bool = False


@dataclass(frozen=True)
class Series:
    """Points of a chart, in its order: what each is called and what it came to. `step` is day, week or month."""

    trend: Trend
    points: Sequence[tuple[str, int]]
    step: str = ""


def as_expression(value: Any) -> Any:
    """A column's name, or an expression, as an expression."""
    return F(value) if isinstance(value, str) else value


def sum_up(rows: QuerySet[Any], measures: Sequence[Measure]) -> list[Total]:
    """Grand totals: one statement."""
    sums = rows.aggregate(**{row.name: row.sums for row in measures if row.sums is not None})
    return [Total(row, value) for row, value in zip(measures, _filled(sums, measures), strict=True)]


def sum_by(rows: QuerySet[Any], group: Group, measures: Sequence[Measure], question: Question) -> Section:
    """A section: one statement, and one more for what is beyond its groups."""
    rows = rows if group.where is None else rows.filter(group.where)
    shown = [row for row in measures if not group.measures or row.name in group.measures]
    sums = {row.name: row.sums for row in shown if row.sums is not None}
    keys = {"group_key": as_expression(group.key)}
    if group.title is not None:
        keys["group_title"] = as_expression(group.title)
    order = [F(name).asc(nulls_last=True) for name in reversed(keys)]
    found = list(rows.values(**keys).annotate(**sums).order_by(*order)[: MOST_GROUPS + 1])
    section = [
        GroupRow(
            row["group_key"],
            group.say(row["group_title" if "group_title" in keys else "group_key"]),
            _filled(row, shown),
            _address(group, row["group_key"], question),
        )
        for row in found[:MOST_GROUPS]
    ]
    if len(found) <= MOST_GROUPS:
        return Section(group, shown, section)
    whole = [total.value for total in sum_up(rows, shown)]
    return Section(group, shown, section, [_less(all_, section, at) for at, all_ in enumerate(whole)])


def _less(whole: int | None, rows: Sequence[GroupRow], at: int) -> int | None:
    return None if whole is None else whole - sum(row.sums[at] or 0 for row in rows)


def _filled(sums: Mapping[str, Any], measures: Sequence[Measure]) -> list[int | None]:
    """The measures' values, computed ones too."""
    values: dict[str, int] = {}
    for row in measures:
        values[row.name] = int(sums[row.name] or 0) if row.of is None else row.of(values)
    return [values[row.name] for row in measures]


def _address(group: Group, key: Any, question: Question) -> str | None:
    narrower = group.asks(key)
    return None if narrower is None else question.address_with(**narrower)


def sum_and_trace(
    rows: QuerySet[Any], measures: Sequence[Measure], trends: Sequence[Trend], question: Question
) -> tuple[list[Total], list[Series]]:
    """Grand totals, and the points of each chart: one statement for all of it."""
    span = next((value for value in question.values.values() if isinstance(value, Span)), None)
    step = step_of(span)
    keys = [_step_by(trend.key, step) if trend.is_time else F(trend.key) for trend in trends]
    asked = {row.name: row for row in (*measures, *(trend.measure for trend in trends))}
    sums = sum_by_each(rows, keys, {name: row.sums for name, row in asked.items() if row.sums is not None})
    totals = [Total(row, value) for row, value in zip(measures, _filled(sums.whole, measures), strict=True)]
    series = []
    for trend, found in zip(trends, sums.by, strict=True):
        values = {key: int(row[trend.measure.name] or 0) for key, row in found.items()}
        series.append(_trace_time(trend, values, span, step) if trend.is_time else _trace_groups(trend, values))
    return totals, series


def _step_by(key: str, step: str) -> Any:
    return {"day": F(key), "week": Week(key), "month": TruncMonth(key)}[step]


def _trace_time(trend: Trend, values: Mapping[dt.date, int], span: Span | None, step: str) -> Series:
    """Each step of the span, also an empty one."""
    points = _steps(span, step) if span else sorted(key for key, value in values.items() if value)
    return Series(trend, [(say_step(point, step), values.get(point, 0)) for point in points], step)


def _trace_groups(trend: Trend, values: Mapping[Any, int]) -> Series:
    """The highest first."""
    found = sorted((-value, str(key), key) for key, value in values.items() if value)
    return Series(trend, [(trend.say(key), -less) for less, _, key in found])


def step_of(span: Span | None) -> str:
    """How wide the bars of a chart are."""
    days = span.days if span else 1
    return "month" if days > BY_MONTH_ABOVE else "week" if days > BY_WEEK_ABOVE else "day"


def say_step(date: dt.date, step: str) -> str:
    """What a bar is called."""
    return {"day": day(date), "week": f"week of {day(date)}", "month": f"{date:%B %Y}"}[step]


def _steps(span: Span, step: str) -> list[dt.date]:
    """The first days of all steps of a span."""
    days = (span.first + dt.timedelta(days=n) for n in range(span.days))
    begin = {
        "day": lambda date: date,
        "week": begin_of_week,
        "month": lambda date: date.replace(day=1),
    }[step]
    return list(dict.fromkeys(map(begin, days)))


def as_rows(sections: Sequence[Section], totals: Sequence[Total]) -> tuple[list[Column], list[list[Any]]]:
    """Sections and grand totals as one table: what is totalled by, the group, and each measure."""
    measures = [total.measure for total in totals]
    columns = [Column("total_by", "Total by"), Column("group", "Group")]
    columns += _columns(measures)
    rows: list[list[Any]] = []
    for section in sections:
        lines = [(row.words, row.sums) for row in section.rows]
        lines += [("All others", section.rest)] if section.rest is not None else []
        for words, sums in lines:
            by_name = dict(zip((row.name for row in section.measures), sums, strict=True))
            rows.append([section.group.label, words, *(by_name.get(row.name) for row in measures)])
    rows.append(["Grand total", "", *(total.value for total in totals)])
    return columns, rows


def as_tables(sections: Sequence[Section], totals: Sequence[Total]) -> list[Table]:
    """Grand totals as a table of one row, and each section as one of its own."""
    measures = [total.measure for total in totals]
    tables = [Table("Totals", [], _columns(measures), [[total.value for total in totals]])]
    for section in sections:
        rows = [[row.words, *row.sums] for row in section.rows]
        rows += [["All others", *section.rest]] if section.rest is not None else []
        columns = [Column("group", section.group.label), *_columns(section.measures)]
        tables.append(Table(f"By {section.group.label.lower()}", [], columns, rows))
    return tables


def _columns(measures: Sequence[Measure]) -> list[Column]:
    return [Column(row.name, row.label, row.kind) for row in measures]
