"""What a report is: a small declaration. What is asked of it, its sums and its rows come from the engine."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import QueryDict

from payments.reports import listing, summing
from payments.reports.filters.base import Asking, Filter, Odd, quoted
from payments.reports.question import (
    AFTER,
    BY,
    SORT,
    TOTALS,
    Named,
    Question,
    given_of,
    read_filters,
    read_names,
)
from payments.reports.tables import Column, Table
from pops.core.access.models import User

Field = listing.Field
Sort = listing.Sort
Page = listing.Page
Measure = summing.Measure
Group = summing.Group
Section = summing.Section
Total = summing.Total
Series = summing.Series
Trend = summing.Trend


class Report:
    """A report over the rows of a queryset. A subclass says what; it is one file, and a line in the registry.

    `rows` gives all rows that a user may see, `notes` says in words which they may not. `narrow` applies the
    filters, one after the other; a report whose filters belong together does it itself.
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    lead: ClassVar[str] = ""
    right: ClassVar[str]
    filters: ClassVar[Sequence[Filter]]
    # Those that a page shows at once; the others are under "More filters".
    first: ClassVar[Sequence[str]] = ("span",)
    measures: ClassVar[Sequence[Measure]]
    groups: ClassVar[Sequence[Group]] = ()
    fields: ClassVar[Sequence[Field]]
    sorts: ClassVar[Sequence[Sort]]
    # What makes an order whole: no two rows have all of these alike. Rows with `together` alike stay on one page.
    unique: ClassVar[Sequence[str]] = ("pk",)
    together: ClassVar[str] = ""
    trends: ClassVar[Sequence[Trend]] = ()

    def rows(self, question: Question, user: User) -> QuerySet[Any]:
        """All rows that the user may see."""
        raise NotImplementedError

    def notes(self, question: Question, user: User) -> list[str]:
        """What else has to be said of the answer, such as what the user may not see of it, a sentence each."""
        return []

    def narrow(self, rows: QuerySet[Any], question: Question, user: User) -> QuerySet[Any]:
        """The rows that the filters select."""
        for row in self.filters:
            if (value := question.get(row.name)) is not None:
                rows = row.narrow(rows, value)
        return rows

    def listed(self, question: Question, user: User) -> QuerySet[Any]:
        """The rows that the detail lists; sums are of all that is selected."""
        return self.selected(question, user)

    def order_of(self, question: Question) -> listing.Order:
        """The order of the detail's rows."""
        return listing.order_of(self.sorts, self.unique, question, together=self.together)

    def fields_of(self, question: Question, user: User) -> Sequence[Field]:
        """The columns of the detail."""
        return self.fields

    def measures_of(self, question: Question) -> Sequence[Measure]:
        """The sums that make sense for the question."""
        return self.measures

    def groups_of(self, question: Question) -> Sequence[Group]:
        """The groups as the question has them; named as in `groups`."""
        return self.groups

    def trends_of(self, question: Question) -> Sequence[Trend]:
        """What a chart shows of the question."""
        return self.trends

    def unfolds(self, question: Question) -> bool:
        """Whether the question asks for more rows under some."""
        return False

    def unfold(self, rows: Iterator[tuple[Any, ...]], question: Question, user: User) -> Iterator[tuple[Any, ...]]:
        """The rows of the detail, with more rows under some where the question asks for them."""
        return rows

    def ask(self, query: QueryDict | Mapping[str, str], *, user: User, today: dt.date) -> Question:
        """The question of an address."""
        given, asking = given_of(query), Asking(user, today)
        values, wrong = read_filters(self.filters, given, asking)
        default = self.sorts[0].default
        question = Question(self.filters, asking, given, values, sort_default=default, wrong=wrong)
        read = {BY: self._read_by, TOTALS: _read_totals, SORT: self._read_sort}
        more: dict[str, Any] = {}
        for name, reads in read.items():
            try:
                more |= reads(given)
            except Odd as odd:
                wrong[name] = odd.words
        wrong |= self._unknown(given)
        return Question(**{**vars(question), **more, "words": self._words(more)})

    def selected(self, question: Question, user: User) -> QuerySet[Any]:
        """The rows that the question selects, of those that the user may see."""
        return self.narrow(self.rows(question, user), question, user)

    def said(self, question: Question, user: User) -> list[str]:
        """The question in sentences, and what has to be known of its answer."""
        return [*question.said, *self.notes(question, user)]

    def totals(self, question: Question, user: User) -> list[Total]:
        """The grand totals, summed by the database."""
        return summing.sum_up(self.selected(question, user), self.measures_of(question))

    def sections(self, question: Question, user: User) -> list[Section]:
        """The totals by each group that is asked for."""
        rows, measures = self.selected(question, user), self.measures_of(question)
        chosen = [group for name in question.total_by for group in self.groups_of(question) if group.name == name]
        return [summing.sum_by(rows, group, measures, question) for group in chosen]

    def totals_and_series(self, question: Question, user: User) -> tuple[list[Total], list[Series]]:
        """The grand totals, and what charts show: sums by day, week or month, and by what else the report declares."""
        rows, trends = self.selected(question, user), self.trends_of(question)
        return summing.sum_and_trace(rows, self.measures_of(question), trends, question)

    def page(self, question: Question, user: User, after: str = "", *, size: int | None = None) -> Page:
        """A page of the detail, from after the row that the page before ended with. Raises Odd."""
        rows = self.listed(question, user)
        order = self.order_of(question)
        found, following = listing.take(rows, self.fields_of(question, user), order, after, size=size)
        return Page(list(self.unfold(iter(found), question, user)), following)

    def table(self, question: Question, user: User) -> Table:
        """The answer for a file: the detail, or where only totals are asked for, those."""
        if question.only_totals:
            columns, sums = summing.as_rows(self.sections(question, user), self.totals(question, user))
            return Table(self.title, self.said(question, user), columns, sums)
        fields = self.fields_of(question, user)
        selected = self.listed(question, user)
        order = self.order_of(question)
        rows = self.unfold(listing.stream(selected, fields, order), question, user)
        columns = [Column(row.name, row.label, row.kind) for row in fields]
        stored = None if self.unfolds(question) else listing.store(selected, fields, order)
        return Table(self.title, self.said(question, user), columns, rows, lambda: self._above(question, user), stored)

    def count(self, question: Question, user: User, *, most: int) -> int:
        """How many rows the detail has, counted no further than to one above `most`."""
        if question.only_totals:
            return 0
        rows = self.listed(question, user)
        return len(rows.order_by().values_list("pk", flat=True)[: most + 1])

    def _above(self, question: Question, user: User) -> list[Table]:
        """Totals and sections, as tables."""
        return summing.as_tables(self.sections(question, user), self.totals(question, user))

    def _unknown(self, given: Mapping[str, str]) -> dict[str, str]:
        """What of an address asks for nothing here: left out in silence, it would give more than was asked for."""
        known = {BY, TOTALS, SORT, AFTER}.union(*(row.names for row in self.filters))
        return {name: f"This report can't be asked by “{quoted(name)}”." for name in given if name not in known}

    def _read_by(self, given: Mapping[str, str]) -> dict[str, Any]:
        return {"total_by": read_names(given, BY, [Named(row.name, row.label) for row in self.groups], "group")}

    def _read_sort(self, given: Mapping[str, str]) -> dict[str, Any]:
        text = given.get(SORT, "").strip() or self.sorts[0].default
        names = read_names({SORT: text.removeprefix("-")}, SORT, [Named(s.name, s.label) for s in self.sorts], "order")
        return {"sort": names[0] if names else self.sorts[0].name, "descending": text.startswith("-")}

    def _words(self, more: Mapping[str, Any]) -> list[str]:
        labels = [row.label for name in more.get("total_by", ()) for row in self.groups if row.name == name]
        words = [f"Total by {', '.join(label.lower() for label in labels)}."] if labels else []
        return words + (["Grand totals only."] if more.get("only_totals") and not labels else [])


def _read_totals(given: Mapping[str, str]) -> dict[str, Any]:
    word = given.get(TOTALS, "").strip()
    if word not in ("", "only"):
        raise Odd("Grand totals only: say “only”, or leave it out.")
    return {"only_totals": word == "only"}
