"""What a call may say of a row: a field for each column that a file may have, made of what the import says of it."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rest_framework import serializers

from pops.core.accounts.models import Appointment
from pops.core.imports.columns import Column, Kind
from pops.core.imports.readers.faults import MAX_CENTS
from pops.core.money import plain_dollars
from pops.web.api.fields import (
    CentsField,
    Choice,
    CurrencyField,
    Flag,
    LocalDateField,
    MomentField,
    Shape,
    Text,
    Whole,
)

AnyField = serializers.Field[Any, Any, Any, Any]


def is_cents(column: Column) -> bool:
    """Whether it is an amount: a call says it in cents, where a file says dollars."""
    return column.target.endswith("_cents")


def name_of(column: Column) -> str:
    """What a call calls it."""
    return f"{column.name}_cents" if is_cents(column) else column.name


def names_of(kind: Kind) -> dict[str, str]:
    """What a call calls each column, by the column's name."""
    return {column.name: name_of(column) for column in kind.columns}


def make_shape(name: str, kind: Kind, *, leaving: Sequence[str] = (), **more: AnyField) -> type[Shape]:
    """What a call may say of a row of this kind, without the columns that its address or its place says."""
    columns = [column for column in kind.columns if column.name not in leaving]
    fields: dict[str, Any] = {name_of(column): _make_field(column) for column in columns}
    if any(is_cents(column) for column in columns):
        fields["currency"] = CurrencyField()
    words = f"A {kind.one} as the practice's own system has it. What is left out stays as it is; null empties."
    return type(name, (Shape,), {"__doc__": words, "__module__": __name__, **fields, **more})


def _make_field(column: Column) -> AnyField:
    facts: dict[str, Any] = {"required": column.required, "allow_null": not column.required}
    if column.help:
        facts["help_text"] = column.help
    if is_cents(column):
        least = -MAX_CENTS if column.name == "balance" else 0
        return CentsField(min_value=least, max_value=MAX_CENTS, **facts)
    if column.target == "status":
        return Choice(choices=Appointment.Status.choices, **facts)
    return _BY_TYPE[column.sql_type](column, facts)


def _make_text(column: Column, facts: dict[str, Any]) -> Text:
    longest = getattr(column.parse, "keywords", {}).get("longest", 254)
    # What a column holds is looked at by `parse`, as in files.
    return Text(is_free=False, max_length=longest, allow_blank=not column.required, **facts)


def _make_whole(column: Column, facts: dict[str, Any]) -> Whole:
    return Whole(min_value=1, max_value=column.parse.keywords["most"], **facts)  # type: ignore[attr-defined]


_BY_TYPE: Mapping[str, Callable[[Column, dict[str, Any]], AnyField]] = {
    "text": _make_text,
    "bigint": _make_whole,
    "smallint": _make_whole,
    "boolean": lambda column, facts: Flag(**facts),
    "date": lambda column, facts: LocalDateField(**facts),
    "timestamptz": lambda column, facts: MomentField(**facts),
}


def write_cell(column: Column, value: Any) -> str:
    """What a call says, as a cell of a file says it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if is_cents(column):
        return plain_dollars(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)
