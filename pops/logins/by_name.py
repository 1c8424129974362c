"""Who it is that says a name and a fact on file. Nobody is told which of them was wrong, nor how near it came."""

import datetime as dt
import itertools
from dataclasses import dataclass

from django.db import connection

from pops.core.access.models import User
from pops.logins.models import AccountLogin
from pops.logins.selectors import read_dates

# A date that a practice enters for want of a better one may be that of thousands.
MOST = 1000
# What stands after a last name, on file or on the form.
AFTER_NAMES = {"jr", "sr", "ii", "iii", "iv"}
# The words of all names are those by which the desk finds people (accounts/search.sql). An account that was merged
# leads to the one that it is part of. The number comes as it was typed, in large letters and in small ones.
FIND = """
SELECT g.id, accounts_words(accounts_folded(g.name)), accounts_words(accounts_folded(g.preferred_name))
FROM accounts_guarantor g WHERE NOT g.is_retired AND g.id IN (
    SELECT coalesce(m.into_id, n.id) FROM accounts_guarantor n
    LEFT JOIN accounts_guarantormerge m ON m.merged_id = n.id AND m.undone_at IS NULL
    WHERE n.account_number = ANY(%(numbers)s)
    UNION ALL
    SELECT p.guarantor_id FROM accounts_patient p WHERE p.birth_date = ANY(%(dates)s::date[]) AND NOT p.is_retired)
LIMIT %(most)s
"""
FOLD = "SELECT accounts_words(accounts_folded(%s)), accounts_words(accounts_folded(%s))"


@dataclass(frozen=True)
class Said:
    """What somebody says of themselves: folded words of a first and a last name, and what the fact may mean."""

    first: list[str]
    last: list[str]
    numbers: list[str]
    dates: list[dt.date]

    @property
    def name(self) -> str:
        """The name, however it is written: whose guesses are counted together."""
        return f"{''.join(self.first)} {''.join(self.last)}"


def fold(*, first: str, last: str, fact: str) -> Said:
    """What was said, as it is compared. One query."""
    first, last, fact = (text.replace("\0", "") for text in (first, last, fact))
    number = fact.strip().lstrip("#").strip()
    with connection.cursor() as cursor:
        cursor.execute(FOLD, [first, last])
        first_words, last_words = cursor.fetchone()
    numbers = sorted({number, number.upper(), number.lower()})
    return Said(first_words, last_words, numbers, sorted(read_dates(fact.strip().casefold())))


def find_person_by_name(said: Said) -> User | None:
    """Who signs in to the account of this name and fact: its number, or the birth date of a patient on it.

    None when it is nobody's, several people's, or of one who can't sign in. Always the same two queries.
    """
    with connection.cursor() as cursor:
        cursor.execute(FIND, {"numbers": said.numbers, "dates": said.dates, "most": MOST})
        rows = cursor.fetchall()
    found = [pk for pk, name, called in rows if is_called(name, called, first=said.first, last=said.last)]
    links = AccountLogin.objects.filter(guarantor__in=found or [0], user__is_active=True, user__is_staff=False)
    return _choose(list(links.select_related("user")))


def is_called(name: list[str], called: list[str], *, first: list[str], last: list[str]) -> bool:
    """Whether a person of this name, or called so, says this first and last name. All are folded words.

    The last name stands at either end, as on some lists it comes first; middle names may be left out, words be written
    as one. A name of a single word may be said whole, or in two parts.
    """
    name, last = _without_suffix(name), _without_suffix(last)
    one, other, whole = "".join(first), "".join(last), "".join(name)
    if not one or not other:
        return False
    if whole in (one + other, other + one) or (len(name) == 1 and one == other == whole):
        return True
    rests = [
        rest
        for n in range(1, len(name) + (1 if called else 0))
        for words, rest in ((name[-n:], name[:-n]), (name[:n], name[n:]))
        if "".join(words) == other
    ]
    return any(one in _runs(rest) for rest in rests) or (bool(rests) and one in _runs(called))


def _without_suffix(words: list[str]) -> list[str]:
    return words[:-1] if len(words) > 1 and words[-1] in AFTER_NAMES else words


def _runs(words: list[str]) -> set[str]:
    """Words that stand together, each run of them written as one."""
    return {"".join(words[start:end]) for start, end in itertools.combinations(range(len(words) + 1), 2)}


def _choose(links: list[AccountLogin]) -> User | None:
    """The guarantor's own login; that of the only person who looks after the account, where there is none."""
    own = {link.user for link in links if link.is_own}
    people = own or {link.user for link in links}
    return people.pop() if len(people) == 1 else None
