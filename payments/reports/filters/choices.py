"""Filters by what the product itself names: one of some choices, several of them, or a yes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from payments.reports.filters.base import Asking, Control, Filter, Odd, Option, quoted, words_of

Pairs = Sequence[tuple[str, str]]


def _one_of(word: str, pairs: Pairs, label: str) -> str:
    if word not in dict(pairs):
        raise Odd(f"{label}: there is no “{quoted(word)}”. Choose from the list.")
    return word


@dataclass(frozen=True, kw_only=True)
class Choice(Filter):
    """One of some choices. `default` stands where an address says nothing; `sentence` says it, with the label.

    One that is silent is said by another filter, or seen by what is there.
    """

    choices: Pairs
    default: str = ""
    sentence: str = ""
    selects: Mapping[str, Q] | None = None
    is_silent: bool = False

    def read(self, given: Mapping[str, str], asking: Asking) -> str | None:
        word = given.get(self.name, "").strip()
        return _one_of(word, self.choices, self.label) if word else (self.default or None)

    def say(self, value: Any) -> str:
        if self.is_silent:
            return ""
        label = dict(self.choices)[value]
        return self.sentence.format(label) if self.sentence else f"{self.label}: {label}."

    def write(self, value: Any) -> dict[str, str]:
        return {} if value == self.default else {self.name: value}

    def narrow(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if self.selects is not None:
            return rows.filter(self.selects.get(value, Q()))
        return rows.filter(**{self.lookup: value}) if self.lookup else rows

    def control(self, given: Mapping[str, str], asking: Asking, wrong: str) -> Control:
        chosen = given.get(self.name, "").strip() or self.default
        options = [Option(value, label, value == chosen) for value, label in self.choices]
        if not self.default:
            options.insert(0, Option("", "All", not chosen))
        return Control("choice", self.name, self.label, self.help, options, wrong=wrong)


@dataclass(frozen=True, kw_only=True)
class Choices(Filter):
    """Several of some choices. Where an address names none, the `default` ones, which may be all."""

    choices: Pairs
    default: tuple[str, ...] = ()

    def read(self, given: Mapping[str, str], asking: Asking) -> tuple[str, ...] | None:
        words = words_of(given, self.name)
        chosen = {_one_of(word, self.choices, self.label) for word in words} or set(self.default)
        return tuple(value for value, _ in self.choices if value in chosen) or None

    def say(self, value: Any) -> str:
        return f"{self.label}: {', '.join(dict(self.choices)[one] for one in value)}."

    def write(self, value: Any) -> dict[str, str]:
        return {} if value == self.default else {self.name: ",".join(value)}

    def narrow(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return rows.filter(**{f"{self.lookup}__in": value}) if self.lookup else rows

    def control(self, given: Mapping[str, str], asking: Asking, wrong: str) -> Control:
        chosen = words_of(given, self.name) or self.default
        options = [Option(value, label, value in chosen) for value, label in self.choices]
        return Control("choices", self.name, self.label, self.help, options, wrong=wrong)


@dataclass(frozen=True, kw_only=True)
class Flag(Filter):
    """A yes, or nothing. `sentence` says what it does."""

    sentence: str

    def read(self, given: Mapping[str, str], asking: Asking) -> bool | None:
        word = given.get(self.name, "").strip()
        return _one_of(word, [("yes", "Yes")], self.label) == "yes" if word else None

    def say(self, value: Any) -> str:
        return self.sentence

    def write(self, value: Any) -> dict[str, str]:
        return {self.name: "yes"}

    def narrow(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return rows.filter(**{self.lookup: True}) if self.lookup else rows

    def control(self, given: Mapping[str, str], asking: Asking, wrong: str) -> Control:
        options = [Option("yes", self.label, given.get(self.name, "").strip() == "yes")]
        return Control("flag", self.name, self.label, self.help, options, wrong=wrong)
