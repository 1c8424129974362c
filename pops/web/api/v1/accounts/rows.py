"""The bodies of calls as rows for the import's rules, and what became of those as answers."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rest_framework import serializers

from pops.core.imports.columns import Kind
from pops.core.imports.report import say_fault
from pops.core.imports.upserts import ORDER, Became, Brought, Outcome
from pops.web.api.fields import Shape
from pops.web.api.v1.accounts.fields import name_of, names_of, write_cell

LINES = "lines"
# A cell is read without it: what is brought would be another row than the address names.
SPACE = "begins or ends with a space"
ENCOUNTERS, SERVICE_LINES = ORDER["encounters"], ORDER["service_lines"]


@dataclass(frozen=True)
class Item:
    """A row of a call, and those that stand in it."""

    row: Brought
    lines: list["Item"] = field(default_factory=list)

    def walk(self) -> Iterator[Brought]:
        """Its rows, in the order in which they are brought."""
        yield self.row
        for line in self.lines:
            yield line.row


class Reader:
    """Reads items of one kind. What is wrong with a field is kept as its reason, so that all reasons are told."""

    def __init__(self, kind: Kind, shape: type[Shape], *, lines: "Reader | None" = None) -> None:
        self.kind, self.lines = kind, lines
        self.fields = shape().fields
        self.columns = {name_of(column): column for column in kind.columns}

    def read(self, said: Any, **known: str) -> Item:
        """An item of a body; `known` are cells that its place says."""
        if not isinstance(said, Mapping):
            return Item(Brought(self.kind.name, known, {"": "This is no object of JSON."}))
        cells = dict(known)
        faults = {name: SPACE for name, number in known.items() if number != number.strip()}
        for name, value in said.items():
            column = self.columns.get(name)
            try:
                cleaned = self._clean(name, value)
                if column:
                    cells[column.name] = write_cell(column, cleaned)
            except serializers.ValidationError as error:
                faults[column.name if column else name] = str(error.detail[0])  # type: ignore[index]
        return Item(Brought(self.kind.name, cells, faults), self._read_lines(said, cells))

    def _clean(self, name: str, value: Any) -> Any:
        if name == LINES and self.lines:
            if not isinstance(value, list):
                raise serializers.ValidationError("This is no list.")
            return value
        if name not in self.fields:
            raise serializers.ValidationError("There is no such field.")
        return self.fields[name].run_validation(value)

    def _read_lines(self, said: Mapping[str, Any], cells: Mapping[str, str]) -> list[Item]:
        lines = said.get(LINES)
        if self.lines is None or not isinstance(lines, list):
            return []
        visit = cells.get(ENCOUNTERS.key[0], "")
        return [self.lines.read(line, **{ENCOUNTERS.key[0]: visit}) for line in lines]


def say_result(item: Item, outcomes: Iterator[Outcome]) -> dict[str, Any]:
    """What became of an item and of what stands in it. The outcomes come in the order of its rows."""
    return {**_say_row(item, next(outcomes)), LINES: [_say_row(line, next(outcomes)) for line in item.lines]}


def _say_row(item: Item, outcome: Outcome) -> dict[str, Any]:
    kind = ORDER[item.row.kind]
    number = "-".join(item.row.cells.get(name, "") for name in kind.key)
    return {
        "number": number.strip("-"),
        "status": outcome.became.value,
        "errors": list(say_all(kind, outcome.faults)),
        "notices": list(say_all(kind, outcome.notices)),
    }


def say_all(kind: Kind, said: Iterable[tuple[str, str]]) -> Iterator[dict[str, str]]:
    """Faults or notices, each with the field that it is about and in a sentence."""
    names = names_of(kind)
    for column, words in said:
        name = names.get(column, column)
        yield {"field": name, "detail": say_fault(name, words)}


def say_counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many rows became what."""
    counts = Counter(outcome.became for outcome in outcomes)
    return {became.value: counts[became] for became in Became}


def point_at(item: Item, outcomes: Sequence[Outcome]) -> Iterator[dict[str, str]]:
    """The faults of an item and of what stands in it, each with a pointer to where it is in the body."""
    places = ["#", *(f"#/{LINES}/{place}" for place in range(len(item.lines)))]
    for place, row, outcome in zip(places, item.walk(), outcomes, strict=True):
        for said in say_all(ORDER[row.kind], outcome.faults):
            pointer = f"{place}/{said['field']}" if said["field"] else place
            yield {"pointer": pointer, "detail": said["detail"], "code": "refused"}
