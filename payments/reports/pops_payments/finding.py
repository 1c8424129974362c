"""What a person may call a patient, a facility, a provider or a batch, in a filter."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from django.db.models import Exists, OuterRef, Q

from batches.blind import hidden_batches
from batches.models import ReferenceBatch
from payments.reports.filters.base import Asking, Odd, quoted
from payments.reports.filters.picks import Pick, say_merged
from pops.core.access.models import User
from pops.core.access.selectors import find_takers
from pops.core.accounts.confidential import shown_to
from pops.core.accounts.former import find_current
from pops.core.accounts.models import Guarantor, Patient
from pops.core.practice.models import Facility, Provider
from receipts.models import Receipt

# Whoever POPS itself stands for, where a member of staff would stand.
POPS = "pops"
LARGEST = 2**63 - 1

Row = TypeVar("Row", Patient, Guarantor)


def _key(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and int(word) <= LARGEST else None


def find_facilities(words: Sequence[str], asking: Asking) -> list[Pick]:
    """By name, nickname, or tax ID, which several may have."""
    picks: list[Pick] = []
    offered = list(Facility.objects.order_by("name", "pk"))
    for word in words:
        said, digits = word.casefold(), _digits(word)
        found = [row for row in offered if row.pk == _key(word)] or [
            row
            for row in offered
            if said in (row.name.casefold(), row.nickname.casefold()) or (digits and digits == _digits(row.tax_id))
        ]
        if not found:
            raise _gone("facility", word, otherwise="no name, nickname or tax ID is that.")
        picks += [_facility(row) for row in found]
    return list(dict.fromkeys(picks))


def offer_facilities(asking: Asking) -> list[Pick]:
    """All facilities, with what else they are known by."""
    return [_facility(row) for row in Facility.objects.order_by("name", "pk")]


def _facility(row: Facility) -> Pick:
    more = ", ".join(filter(None, [row.nickname, row.tax_id and f"tax ID {row.tax_id}"]))
    return Pick(row.pk, str(row.pk), f"{row.name} ({more})" if more else row.name)


def _digits(text: str) -> str:
    """A tax ID as it is compared: written with or without its hyphen."""
    plain = text.replace("-", "").replace(" ", "")
    return plain if plain.isdigit() and len(plain) == 9 else ""


def find_providers(words: Sequence[str], asking: Asking) -> list[Pick]:
    """By name."""
    offered = list(Provider.objects.order_by("name", "pk"))
    picks: list[Pick] = []
    for word in words:
        found = [row for row in offered if row.pk == _key(word)] or [
            row for row in offered if row.name.casefold() == word.casefold()
        ]
        if not found:
            raise _gone("provider", word)
        picks += [Pick(row.pk, str(row.pk), row.name) for row in found]
    return list(dict.fromkeys(picks))


def offer_providers(asking: Asking) -> list[Pick]:
    """All providers."""
    return [Pick(row.pk, str(row.pk), row.name) for row in Provider.objects.order_by("name", "pk")]


def find_cashiers(words: Sequence[str], asking: Asking) -> list[Pick]:
    """Who took money, POPS itself among them; also who is not at work here any more."""
    known = {pick.word: pick for pick in offer_cashiers(asking)}
    left = [key for word in words if word not in known and (key := _key(word)) is not None]
    took = Exists(Receipt.objects.filter(issued_by=OuterRef("pk")))
    known |= {str(row.pk): Pick(row.pk, str(row.pk), str(row)) for row in User.objects.filter(took, pk__in=left)}
    for word in words:
        if word not in known:
            raise _gone("member of staff", word)
    return [known[word] for word in words]


def offer_cashiers(asking: Asking) -> list[Pick]:
    """All who may take money, and POPS."""
    return [Pick(None, POPS, "POPS"), *(Pick(row.pk, str(row.pk), str(row)) for row in find_takers())]


def _gone(what: str, word: str, *, otherwise: str = "") -> Odd:
    """What a question names is not there. A number stands in a saved one alone: nobody types it."""
    if _key(word) is not None and not _digits(word):
        return Odd(f"There is no {what} {word} any more. Choose others from the list.")
    return Odd(f"There is no {what} “{quoted(word)}”" + (f": {otherwise}" if otherwise else ". Choose from the list."))


def find_patients(words: Sequence[str], asking: Asking) -> list[Pick]:
    """By the practice's own number, by ours after "id", or by a name that one alone has."""
    rows = shown_to(asking.user, Patient.objects.all())
    keys = {word: key for word in words if word.startswith("id") and (key := _key(word[2:])) is not None}
    known = {row.number: row for row in rows.filter(number__in=words)}
    known |= {f"id{row.pk}": row for row in rows.filter(pk__in=keys.values())}
    named = _by_name(rows.filter(_any_name(word for word in words if word not in known)))
    return [_one(word, known, named, "patient", patient_word) for word in words]


def patient_word(row: Patient) -> str:
    """What stands for a patient in an address."""
    return row.number or f"id{row.pk}"


def find_accounts(words: Sequence[str], asking: Asking) -> list[Pick]:
    """Guarantors by account number, or by a name that one alone has. What was merged is what it was merged into."""
    rows = Guarantor.objects.all()
    known = {row.account_number: row for row in rows.filter(account_number__in=words)}
    called = list(rows.filter(_any_name(word for word in words if word not in known)))
    now = find_current([*known.values(), *called])
    named = {name: list(dict.fromkeys(now[row.pk] for row in found)) for name, found in _by_name(called).items()}
    is_now = {word: now[row.pk] for word, row in known.items()}
    picks = [_one(word, is_now, named, "guarantor", lambda row: row.account_number) for word in words]
    return say_merged(words, picks)


def _any_name(words: Iterable[str]) -> Q:
    found = Q(pk__in=[])
    for word in words:
        found |= Q(name__iexact=word)
    return found


def _by_name(rows: Iterable[Row]) -> dict[str, list[Row]]:
    named: dict[str, list[Row]] = {}
    for row in rows:
        named.setdefault(row.name.casefold(), []).append(row)
    return named


def _one(word: str, known: dict[str, Row], named: dict[str, list[Row]], what: str, say: Callable[[Row], str]) -> Pick:
    found = [known[word]] if word in known else named.get(word.casefold(), [])
    if not found:
        raise Odd(f"There is no {what} “{quoted(word)}”. Type the number, or the whole name.")
    if len(found) > 1:
        numbers = ", ".join(sorted(say(row) for row in found[:10]))
        raise Odd(f"{len(found)} {what}s are called “{quoted(word)}”. Type the number of the one you mean: {numbers}.")
    return Pick(found[0].pk, say(found[0]), found[0].name)


def find_batches(words: Sequence[str], asking: Asking) -> list[Pick]:
    """Reference batches by their number. One that is to be counted blind is not there."""
    keys = [key for word in words if (key := _key(word)) is not None]
    rows = {row.pk: row for row in ReferenceBatch.objects.filter(pk__in=keys)}
    hidden = set(hidden_batches(asking.user).filter(pk__in=keys).values_list("pk", flat=True))
    for word in words:
        if _key(word) not in rows:
            raise Odd(f"There is no reference batch “{quoted(word)}”. Its number stands on its page.")
        if _key(word) in hidden:
            raise Odd(f"Batch {word} is still to be counted: what is in it shows once it was.")
    return [Pick(key, str(key), f"{rows[key]} (batch {key})") for key in dict.fromkeys(keys)]
