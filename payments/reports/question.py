"""A question: what is asked of a report. Its address holds the whole of it, so that it can be sent to a colleague."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from payments.reports.filters.base import Asking, Filter, Odd, quoted, words_of

# What the engine itself reads of an address, besides the filters.
BY, TOTALS, SORT, AFTER = "by", "totals", "sort", "after"


@dataclass(frozen=True)
class Named:
    """What can be chosen by its name in an address, with its label."""

    name: str
    label: str


@dataclass(frozen=True)
class Question:
    """What is asked: filters' values by name, sections, order. `wrong` says what of it can't be read.

    `given` is the address as it came, to fill the page's fields again.
    """

    filters: Sequence[Filter]
    asking: Asking
    given: Mapping[str, str]
    values: Mapping[str, Any] = field(default_factory=dict)
    total_by: Sequence[str] = ()
    only_totals: bool = False
    sort: str = ""
    descending: bool = False
    sort_default: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)
    words: Sequence[str] = ()

    def get(self, name: str) -> Any:
        """The value of a filter; None where it isn't asked for."""
        return self.values.get(name)

    @cached_property
    def said(self) -> list[str]:
        """The question in sentences."""
        asked = (row for row in self.filters if self.values.get(row.name) is not None)
        return [words for row in asked if (words := row.say(self.values[row.name]))] + list(self.words)

    @cached_property
    def pairs(self) -> dict[str, str]:
        """Its address: what was typed as it is understood."""
        pairs: dict[str, str] = {}
        for row in self.filters:
            if (value := self.values.get(row.name)) is not None:
                pairs |= row.write(value)
        if self.total_by:
            pairs[BY] = ",".join(self.total_by)
        if self.only_totals:
            pairs[TOTALS] = "only"
        sort = f"{'-' if self.descending else ''}{self.sort}"
        return pairs | ({SORT: sort} if sort != self.sort_default else {})

    @property
    def address(self) -> str:
        """The address after its question mark."""
        return urlencode(self.pairs, safe=",")

    def address_with(self, **pairs: str | None) -> str:
        """The same question with some of its address changed; None takes a part away."""
        changed = {**self.pairs, **pairs}
        return urlencode({name: value for name, value in changed.items() if value is not None}, safe=",")

    def narrowed(self, values: Mapping[str, Any]) -> "Question":
        """The same question with other values for some filters."""
        return replace(self, values={**self.values, **values})


def given_of(query: QueryDict | Mapping[str, str]) -> dict[str, str]:
    """An address as the filters read it: what is ticked several times, with commas between."""
    lists = query.lists() if isinstance(query, QueryDict) else ((name, [value]) for name, value in query.items())
    return {name: without_nul(",".join(str(value) for value in values)) for name, values in lists}


def without_nul(text: str) -> str:
    """What an address says, without the one letter that the database can't keep."""
    return text.replace("\0", "")


def read_filters(
    filters: Sequence[Filter], given: Mapping[str, str], asking: Asking
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of the filters in an address, and what is wrong with it, by filter."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for row in filters:
        try:
            values[row.name] = row.read(given, asking)
        except Odd as odd:
            wrong[row.name] = odd.words
    return values, wrong


def read_names(given: Mapping[str, str], name: str, known: Sequence[Named], what: str) -> tuple[str, ...]:
    """The known names that an address lists. Raises Odd."""
    names = {row.name for row in known}
    words = words_of(given, name)
    for word in words:
        if word not in names:
            raise Odd(f"There is no {what} “{quoted(word)}”. Choose from the list.")
    return tuple(words)
