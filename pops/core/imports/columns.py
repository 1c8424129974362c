"""The columns that a kind of row has, and which heading of a file is which column."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from pops.core.imports.cells import NULL
from pops.core.imports.readers.faults import Unreadable


@dataclass(frozen=True)
class Reference:
    """A row of another table, found by what a cell says. `relation` gives its key, id and guarantor_id.

    `hint` is what to do in files about one that isn't there.
    """

    relation: str
    unknown: str
    hint: str = ""
    by_name: bool = False

    @property
    def words(self) -> str:
        """What is said of one that isn't there."""
        return f"{self.unknown}. {self.hint}" if self.hint else self.unknown


@dataclass(frozen=True)
class Column:
    """A column of a file. `sets` is the one of the table; `sql_type` that of the cell, made by `parse`.

    `blank` is what an empty cell means; `default` is the SQL for new rows of a file that lacks the column. In one
    that is `foreign` other systems name some who are none of the practice's; where it `is_loose`, what is there stays.
    """

    name: str
    parse: Callable[[str], str]
    also: tuple[str, ...] = ()
    sets: str = ""
    sql_type: str = "text"
    required: bool = False
    blank: str = ""
    default: str = "''"
    refers: Reference | None = None
    value: str = ""
    help: str = ""
    foreign: bool = False
    is_loose: bool = False

    @property
    def target(self) -> str:
        return self.sets or self.name

    @property
    def label(self) -> str:
        """Account number, Birth date."""
        return self.name.replace("_", " ").capitalize()

    @property
    def kept(self) -> "Column":
        """The same, but that a cell of nothing says nothing: what is there stays."""
        stays = f"coalesce({self.source}, t.{self.target}, {self.default})"
        return replace(self, blank=NULL, value=stays, is_loose=self.foreign)

    @property
    def spoken(self) -> "Column":
        """The same, in rows that needn't speak of it: what they don't say stays as it is. `said` names what they do."""
        if self.required:
            return self
        stays = f"coalesce(t.{self.target}, {self.default})"
        return replace(self, value=f"CASE WHEN '{self.name}' = ANY (s.said) THEN {self.source} ELSE {stays} END")

    @property
    def source(self) -> str:
        """SQL for what the cell sets: itself, or the id of the row that it names."""
        return self.value or (f"{self.name}_.id" if self.refers else f"s.{self.name}")


@dataclass(frozen=True)
class Rule:
    """What must not be: SQL over the row `s`, what it refers to, and the row `t` that is there.

    {names} in it are what the columns will be. `words` is SQL too. A guard is asked again when the rows are held. What
    is told `once` is told of the first line that it is true of in the same words.
    """

    column: str
    broken: str
    words: str
    is_guard: bool = False
    once: bool = False


def unknown(column: Column) -> Rule:
    """The notice of a name that is loose: it changes nothing."""
    assert column.refers
    words = f"{column.refers.unknown}. What is there stays".replace("'", "''")
    return Rule(
        column.name,
        f"s.{column.name} IS NOT NULL AND {column.name}_.id IS NULL",
        f"'is left out. {words}: ' || s.{column.name}",
        once=True,
    )


@dataclass(frozen=True)
class Kind:
    """A kind of row that is imported: its table, what makes it itself, whose it is.

    `owner` is SQL for the guarantor that the row belongs to, `owned` for the one of the row `t` that is there. `asks`
    is SQL too: rows of guarantors whose new address is put to its reader first. `provides` is how others name its rows.
    """

    name: str
    one: str
    table: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    owner: str
    owned: str
    unique_where: str = ""
    asks: str = ""
    provides: Reference | None = None
    rules: tuple[Rule, ...] = ()
    notices: tuple[Rule, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @property
    def label(self) -> str:
        """Guarantors, Service lines."""
        return self.name.replace("_", " ").capitalize()

    @property
    def required(self) -> list[Column]:
        return [column for column in self.columns if column.required]

    @cached_property
    def by_words(self) -> dict[str, str]:
        """The column's name by each way to write it."""
        return {plain(word): column.name for column in self.columns for word in (column.name, *column.also)}


def plain(heading: str) -> str:
    """A heading without what people write around its words: "Guarantor ID #" -> "guarantorid"."""
    return re.sub(r"[^a-z0-9]", "", heading.lower())


def propose(kind: Kind, headings: list[str]) -> dict[str, str]:
    """Which heading is which column, by its words: heading to name of the column. Each column once, the first wins."""
    found: dict[str, str] = {}
    for heading in headings:
        name = kind.by_words.get(plain(heading), "")
        if name and name not in found.values():
            found[heading] = name
    return found


def find_kind(kinds: Mapping[str, Kind], headings: list[str]) -> Kind | None:
    """The kind that the headings fit best, with all that it needs; None when none or several do."""
    fits: Counter[str] = Counter()
    for kind in kinds.values():
        found = set(propose(kind, headings).values())
        if {column.name for column in kind.required} <= found:
            fits[kind.name] = len(found)
    best = fits.most_common(2)
    if not best or (len(best) > 1 and best[0][1] == best[1][1]):
        return None
    return kinds[best[0][0]]


def check_columns(kind: Kind, headings: list[str], columns: Mapping[str, str]) -> None:
    """Raises Unreadable unless each heading is there once and each column that is needed has one."""
    twice = [heading for heading, times in Counter(headings).items() if times > 1 and heading in columns]
    if twice:
        raise Unreadable(f"The first line has {' and '.join(twice)} twice. Give each column a name of its own.")
    names = Counter(columns.values())
    if doubled := [kind.by_name[name].label for name, times in names.items() if times > 1]:
        raise Unreadable(f"Two columns of the file are matched with {' and '.join(doubled)}. Choose one.")
    lacking = [column.label for column in kind.required if column.name not in names]
    if lacking:
        raise Unreadable(f"The file has no column for: {', '.join(lacking)}. {kind.label} need it.")


@dataclass(frozen=True)
class Plan:
    """What is read of each row: the columns, and where in the row they stand. `whole` is what the rows came in."""

    kind: Kind
    headings: list[str]
    places: list[tuple[int, Column]]
    whole: str = "file"

    @property
    def columns(self) -> list[Column]:
        return [column for _, column in self.places]

    @property
    def is_of_file(self) -> bool:
        return self.whole == "file"

    @property
    def names(self) -> set[str]:
        return {column.name for column in self.columns}

    def naming(self, relations: Mapping[Reference, str]) -> "Plan":
        """The same, with other relations for what cells refer to: that which is in the same file."""
        return replace(self, places=[(index, _naming(column, relations)) for index, column in self.places])

    @property
    def heading_of(self) -> dict[str, str]:
        """What the file calls each column."""
        return {column.name: self.headings[index] for index, column in self.places}


def _naming(column: Column, relations: Mapping[Reference, str]) -> Column:
    if column.refers is None or column.refers not in relations:
        return column
    hint = ", ".join(filter(None, [column.refers.hint, "or mend its line in this file"]))
    return replace(column, refers=replace(column.refers, relation=relations[column.refers], hint=hint))


def make_plan(kind: Kind, headings: list[str], columns: Mapping[str, str]) -> Plan:
    """The plan of reading a file with these columns. Raises Unreadable."""
    columns = {heading: name for heading, name in columns.items() if name and heading in headings}
    check_columns(kind, headings, columns)
    places = [(headings.index(heading), kind.by_name[name]) for heading, name in columns.items()]
    return Plan(kind, headings, places)
