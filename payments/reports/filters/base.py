"""The shape of a filter, and what a page needs to ask for it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from pops.core.access.models import User
from pops.core.practice.models import Practice
from pops.core.practice.selectors import get_practice
from pops.core.words import shown

# Longer is nothing that a person chose.
LONGEST = 40


class Odd(Exception):
    """A filter can't be read. The words say what is wrong and what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True)
class Asking:
    """Who asks, and on which of the practice's days."""

    user: User
    today: dt.date

    @cached_property
    def practice(self) -> Practice:
        """The practice as it is when it is first asked for."""
        return get_practice()


@dataclass(frozen=True)
class Option:
    """One thing to tick or to choose."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Control:
    """How a page asks for a filter: `shape` names its template, `text` is what was typed.

    `without` is what can be ticked to be left out.
    """

    shape: str
    name: str
    label: str
    help: str = ""
    options: Sequence[Option] = ()
    without: Sequence[Option] = ()
    text: Mapping[str, str] = field(default_factory=dict)
    wrong: str = ""

    @property
    def other(self) -> str:
        """The name in an address of what is left out."""
        return f"not_{self.name}"

    @property
    def excludes(self) -> bool:
        """Whether something is ticked to be left out."""
        return any(option.is_chosen for option in self.without)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One filter of a report. Its value is None where nothing is asked.

    `lookup` is the rows' own name for what it narrows; a report that narrows by more than that does it itself.
    """

    name: str
    label: str
    lookup: str = ""
    help: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What it reads of an address."""
        return (self.name,)

    def read(self, given: Mapping[str, str], asking: Asking) -> Any:
        """Its value, of an address. Raises Odd."""
        raise NotImplementedError

    def say(self, value: Any) -> str:
        """A sentence for what the value selects."""
        raise NotImplementedError

    def write(self, value: Any) -> dict[str, str]:
        """The part of an address that is read as this value."""
        raise NotImplementedError

    def narrow(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """The rows that the value selects."""
        raise NotImplementedError

    def control(self, given: Mapping[str, str], asking: Asking, wrong: str) -> Control:
        """What a page asks with, as it was filled in."""
        raise NotImplementedError


def words_of(given: Mapping[str, str], name: str) -> list[str]:
    """What an address lists under a name, each once, in its order."""
    return list(dict.fromkeys(word for part in given.get(name, "").split(",") if (word := part.strip())))


def quoted(text: str) -> str:
    """What somebody typed, cut short, to be said again."""
    text = shown(text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
