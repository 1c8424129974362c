"""What bodies and addresses are made of: fields that take what they say and nothing that only looks like it.

Money is integer cents in `*_cents`, and each object that tells of money says its `currency`. Dates are the practice's,
as 2026-11-30; moments are in UTC, as 2026-11-30T17:05:00Z.
"""

import datetime as dt
import re
from collections.abc import Mapping
from copy import copy, deepcopy
from functools import cache, cached_property
from typing import Any, NoReturn

from rest_framework import serializers
from rest_framework.settings import api_settings

from pops.core.card_numbers import WORDS, holds_card_number, is_number
from pops.core.clock import in_utc

# What the database's integers hold, and no sum of ours reaches.
MOST_CENTS = 99_999_999_99
MOST_WHOLE = 2**31 - 1
CURRENCY = "usd"
# As RFC 3339 writes moments, seconds left out or not. Python would read weeks, too, and any letter before the time.
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}[0-9:.]*(Z|[+-][0-9]{2}:[0-9]{2})?\Z", re.IGNORECASE)
# Fields that hold fields.
NESTED = (serializers.BaseSerializer, serializers.ListField, serializers.DictField)


class Text(serializers.CharField):
    """Text, not a number that could be written as one. Blanks around it are cut off. In a body no text holds a card's
    number, unless it is a number or key by its name (`is_number`) or not kept as it is said (`is_free`)."""

    default_error_messages = {"card_number": f"This {WORDS}."}

    def __init__(self, *, is_free: bool = True, **facts: Any) -> None:
        self.is_free = is_free
        super().__init__(**{"max_length": 300, **facts})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = str(super().to_internal_value(data))
        if self.is_free and holds_card_number(text) and not is_number(self.field_name or ""):
            self.fail("card_number")
        return text


class Choice(serializers.ChoiceField):
    """One of a model's choices, as text."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number; in an address its digits."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MOST_WHOLE, **facts})

    def to_internal_value(self, data: Any) -> int:
        if isinstance(self.root, Query):
            is_whole = isinstance(data, str) and data.isascii() and data.removeprefix("-").isdecimal()
        else:
            is_whole = isinstance(data, int) and not isinstance(data, bool)
        if not is_whole:
            self.fail("invalid")
        return int(super().to_internal_value(data))


class CentsField(Whole):
    """Money in whole cents: 4200 is $42.00. Not below zero, unless told so."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(**{"max_value": MOST_CENTS, **facts})


class Flag(serializers.BooleanField):
    """true or false; in an address the same as words."""

    WORDS = {"true": True, "false": False}

    def to_internal_value(self, data: Any) -> bool:
        found = self.WORDS.get(data) if isinstance(self.root, Query) and isinstance(data, str) else data
        if not isinstance(found, bool):
            self.fail("invalid", input=data)
        return found


class LocalDateField(serializers.DateField):
    """A date of the practice: 2026-11-30. Receipts of before 1900 there are none."""

    default_error_messages = {"far": "This date is too far away: it is not between 1900 and 2200."}

    def __init__(self, **facts: Any) -> None:
        super().__init__(**{"input_formats": ["%Y-%m-%d"], **facts})

    def to_internal_value(self, value: Any) -> dt.date:
        # Python reads the digits of all scripts.
        if not isinstance(value, str) or len(value) != len("2026-11-30") or not value.isascii():
            self.fail("invalid", format="YYYY-MM-DD")
        date: dt.date = super().to_internal_value(value)
        if not 1900 <= date.year <= 2200:
            self.fail("far")
        return date


class MomentField(serializers.DateTimeField):
    """A moment. Told in UTC with a Z; taken with whatever offset it says, never without one."""

    default_error_messages = {
        "no_zone": "Say the offset: 2026-11-30T17:05:00Z, or ...-05:00.",
        "far": "This is too far away: it is not between 1900 and 2200.",
    }

    def to_internal_value(self, value: Any) -> dt.datetime:
        if not isinstance(value, str) or not MOMENT.match(value):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ssZ")
        try:
            moment = dt.datetime.fromisoformat(value.upper())
        except ValueError:
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ssZ")
        if moment.tzinfo is None:
            self.fail("no_zone")
        if not 1900 <= moment.year <= 2200:
            self.fail("far")
        return moment.astimezone(dt.UTC)

    def to_representation(self, value: Any) -> str:
        return in_utc(value)


class CurrencyField(serializers.ChoiceField):
    """The currency of the object's `*_cents`. There is one; who sends another one is told so."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(**{"choices": [CURRENCY], "default": CURRENCY, "help_text": "Of all cents here.", **facts})

    def get_attribute(self, instance: Any) -> str:
        return CURRENCY


class Shape(serializers.Serializer[Any]):
    """What an object looks like. A body may hold what can be written of it, and nothing else: a name that isn't known
    was misspelled, and one that can't be written was meant to change something."""

    default_error_messages = {
        "unknown": "There is no such field.",
        "read_only": "This can't be written here.",
        "invalid": "This is no object of JSON.",
    }

    @cached_property
    def fields(self) -> Any:
        """Of a body those that a shape like this one made once: to read it changes nothing in them. What is nested in
        a body knows no view, therefore."""
        is_body = self.parent is None and hasattr(self, "initial_data")
        return _make_once(type(self), self.partial).fields if is_body else super().fields

    def get_fields(self) -> dict[str, Any]:
        """Those that the class says. Nothing here changes a field that is in use: only what is nested is made anew."""
        return {
            name: deepcopy(field) if isinstance(field, NESTED) else copy(field)
            for name, field in self._declared_fields.items()
        }

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            words = serializers.ErrorDetail(str(self.error_messages["invalid"]), "invalid")
            raise serializers.ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [words]})
        unfit: dict[str, Any] = {name: [self._say_unfit(name)] for name in data if not self._takes(name)}
        try:
            cleaned = super().to_internal_value(data)
        except serializers.ValidationError as failure:
            unfit |= dict(failure.detail)  # type: ignore[arg-type]  # of a serializer it is always one
        if unfit:
            raise serializers.ValidationError(unfit)
        return cleaned

    def refuse(self, **codes: str) -> NoReturn:
        """Say what is wrong with fields, each by a code of `default_error_messages`. Raises ValidationError."""
        raise serializers.ValidationError(
            {name: [serializers.ErrorDetail(str(self.error_messages[code]), code)] for name, code in codes.items()}
        )

    def _takes(self, name: Any) -> bool:
        return name in self.fields and not self.fields[name].read_only

    def _say_unfit(self, name: Any) -> Any:
        code = "read_only" if name in self.fields else "unknown"
        return serializers.ErrorDetail(str(self.error_messages[code]), code)


@cache
def _make_once(shape: type[Shape], partial: bool) -> Shape:
    return shape(partial=partial)


def several(shape: type[Shape], *, most: int, **facts: Any) -> Any:
    """A list of objects, of so many at most."""
    return shape(many=True, **{"max_length": most, **facts})


class Query(Shape):
    """What may stand behind the question mark. Nothing of it is kept."""

    @classmethod
    def pick(cls, params: Any) -> dict[str, Any]:
        """The parameters as a body. One that is given twice is one too many: its list is no text."""
        return {name: values[0] if len(values) == 1 else values for name, values in params.lists()}

    def errors_in_full(self) -> Any:
        """What is wrong, with the codes."""
        return self._failure.get_full_details()

    def is_valid(self, *, raise_exception: bool = False) -> bool:
        try:
            super().is_valid(raise_exception=True)
        except serializers.ValidationError as failure:
            self._failure = failure
            return False
        return True
