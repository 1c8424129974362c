"""Filters by rows of the practice's own: only these, or all but these."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from payments.reports.filters.base import Asking, Control, Filter, Odd, Option, quoted, words_of

# More are chosen by nobody: a group of them has a filter of its own.
MOST = 200


@dataclass(frozen=True)
class Pick:
    """A row that is picked: its key, what stands for it in an address, and what it is called."""

    key: Any
    word: str
    label: str


def choose(words: Sequence[str], offered: Sequence[Pick], otherwise: str) -> list[Pick]:
    """Of what is offered that which the words name. Raises Odd, in words that have a place for the one that is not."""
    known = {pick.word: pick for pick in offered}
    for word in words:
        if word not in known:
            raise Odd(otherwise.format(quoted(word)))
    return [known[word] for word in words]


def say_merged(words: Sequence[str], picks: Sequence[Pick]) -> list[Pick]:
    """Accounts, each once, with the numbers by which they were asked for and that were merged into them."""
    found: dict[Any, Pick] = {}
    for word, pick in zip(words, picks, strict=True):
        is_called_so = word.casefold() in (pick.word.casefold(), pick.label.casefold())
        was = "" if is_called_so else f" ({word} was merged into it)"
        before = found.get(pick.key, pick)
        found[pick.key] = replace(before, label=before.label + was)
    return list(found.values())


@dataclass(frozen=True)
class Picked:
    """Only these, and none of those."""

    only: tuple[Pick, ...] = ()
    never: tuple[Pick, ...] = ()

    @property
    def only_keys(self) -> list[Any]:
        return [pick.key for pick in self.only]

    @property
    def never_keys(self) -> list[Any]:
        return [pick.key for pick in self.never]


@dataclass(frozen=True, kw_only=True)
class Picks(Filter):
    """Rows by name, to include or to exclude. `find` gives what some words stand for, and raises Odd.

    With `offers` all that can be picked is offered to be ticked; else it is typed.
    """

    many: str  # patients
    find: Callable[[Sequence[str], Asking], list[Pick]]
    offers: Callable[[Asking], list[Pick]] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, f"not_{self.name}")

    def read(self, given: Mapping[str, str], asking: Asking) -> Picked | None:
        only, never = (self._read(words_of(given, name), asking) for name in self.names)
        if both := {pick.key for pick in only} & {pick.key for pick in never}:
            name = next(pick.label for pick in only if pick.key in both)
            raise Odd(f"{name} is both included and excluded. Leave one out.")
        return Picked(only, never) if only or never else None

    def _read(self, words: Sequence[str], asking: Asking) -> tuple[Pick, ...]:
        if len(words) > MOST:
            raise Odd(f"These are {len(words):,} {self.many}; a report takes at most {MOST}. Filter by something else.")
        return tuple(self.find(words, asking)) if words else ()

    def say(self, value: Any) -> str:
        parts = [(self.label, value.only), (f"Without {self.many}", value.never)]
        return " ".join(f"{head}: {_listed(picks)}." for head, picks in parts if picks)

    def write(self, value: Any) -> dict[str, str]:
        pairs = zip(self.names, (value.only, value.never), strict=True)
        return {name: ",".join(pick.word for pick in picks) for name, picks in pairs if picks}

    def narrow(self, rows: Any, value: Any) -> Any:
        if value.only:
            rows = rows.filter(**{f"{self.lookup}__in": value.only_keys})
        return rows.exclude(**{f"{self.lookup}__in": value.never_keys}) if value.never else rows

    def control(self, given: Mapping[str, str], asking: Asking, wrong: str) -> Control:
        if self.offers is None:
            text = {name: given.get(name, "") for name in self.names}
            return Control("words", self.name, self.label, self.help, text=text, wrong=wrong)
        offered = self.offers(asking)
        ticked = [
            [Option(pick.word, pick.label, pick.word in words_of(given, name)) for pick in offered]
            for name in self.names
        ]
        return Control("picks", self.name, self.label, self.help, ticked[0], ticked[1], wrong=wrong)


def _listed(picks: Sequence[Pick]) -> str:
    """The first names, and how many more."""
    named, more = picks[:5], len(picks) - 5
    return ", ".join(pick.label for pick in named) + (f" and {more} more" if more > 0 else "")
