"""Reading who may open which account."""

import datetime as dt
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from django.db.models import Exists, FilteredRelation, QuerySet

from pops.core.access.models import User
from pops.core.accounts.former import FormerNumbers
from pops.core.accounts.models import Guarantor
from pops.core.phones import text_number
from pops.core.practice.models import Practice
from pops.logins.models import AccountLogin

# Where a login that was read with its accounts keeps them.
READ = "_accounts"
NOBODYS = "+12025550100"  # read where there is none: the same work
FACTS = ("guarantor__account_number", "guarantor__patients__birth_date", FormerNumbers("guarantor_id"))
# How people write a date. In the United States the month comes first.
DATE_FORMS = (
    "%m/%d/%Y",
    "%m-%d-%Y",
    "%m.%d.%Y",
    "%m %d %Y",
    "%m%d%Y",
    "%Y-%m-%d",
    "%B %d, %Y",
    "%b %d, %Y",
    "%B %d %Y",
)


def find_accounts(user: User) -> list[Guarantor]:
    """The accounts that a login may open, its own first, with their groups. Staff open none."""
    if user.is_staff:
        return []
    found: list[Guarantor] | None = getattr(user, READ, None)
    if found is None:
        links = user.account_logins.filter(guarantor__is_retired=False).select_related("guarantor__group")
        found = [link.guarantor for link in links.order_by("-is_own", "guarantor__account_number")]
    return found


def find_user_with_accounts(user_id: Any) -> User | None:
    """A login, with its accounts for find_accounts() and `portal_is_open`: one query, asked with each request."""
    opened = Practice.objects.filter(opened_at__isnull=False)
    rows: Any = User.objects.filter(pk=user_id).annotate(
        link=FilteredRelation("account_logins"), portal_is_open=Exists(opened)
    )
    rows = rows.order_by("-link__is_own", "link__guarantor__account_number")
    users = list(rows.select_related("link__guarantor__group"))
    links: list[AccountLogin] = [user.link for user in users if hasattr(user, "link")]
    user: User | None = next(iter(users), None)
    if user is not None:
        setattr(user, READ, [link.guarantor for link in links if not link.guarantor.is_retired])
    return user


def find_owner(accounts: Iterable[Guarantor], **owned: Any) -> Guarantor | None:
    """Which of these accounts something belongs to, named by a lookup such as receipts__number."""
    return Guarantor.objects.filter(pk__in=[account.pk for account in accounts], **owned).first()


def find_links(guarantor: Guarantor) -> QuerySet[AccountLogin]:
    """Who opens an account, its guarantor first."""
    return guarantor.account_logins.select_related("user").order_by("-is_own", "user__name", "pk")


def find_own_login(guarantor: Guarantor) -> User | None:
    """The guarantor's own login."""
    link = AccountLogin.objects.filter(guarantor=guarantor, is_own=True).select_related("user").first()
    return link.user if link else None


def count_who_can_sign_in() -> int:
    """How many accounts somebody can sign in to; the trial account is nobody's."""
    opened = AccountLogin.objects.filter(guarantor__is_retired=False, guarantor__is_trial=False)
    return opened.values("guarantor").distinct().count()


def find_people(email: str) -> list[User]:
    """Who signs in with this address and opens an account. Several, when spouses share it."""
    opens = {"account_logins__guarantor__is_retired": False}
    people = User.objects.filter(email=email.lower(), is_active=True, is_staff=False, **opens)
    return list(people.distinct().order_by("pk"))


def find_text_number(people: Iterable[User]) -> str:
    """The confirmed phone to which codes of these people can be texted; empty when there is none.

    That of accounts of their own: who looks after a parent's account is not reached by the parent's. Of several who
    share an address each must have it, as the code signs in any of them.
    """
    ids = [person.pk for person in people] or [0]
    own = AccountLogin.objects.filter(user__in=ids, is_own=True, guarantor__is_retired=False)
    confirmed = own.filter(guarantor__phone_confirmed_at__isnull=False)
    rows = set(confirmed.values_list("user", "guarantor__phone")) or {(0, NOBODYS)}
    numbers = {(user, text_number(phone)) for user, phone in rows}
    found = {number for _, number in numbers}
    return found.pop() if len(found) == 1 and {user for user, _ in numbers} == set(ids) and ids != [0] else ""


def find_person_by_fact(people: Iterable[User], text: str) -> User | None:
    """Which of these people a fact on file is about: an account's number, or the birth date of a patient on it.

    The number may be that of an account that was merged into it. None when it is about none of them or about several.
    A person is known by accounts of their own first: who looks after a parent's account is not the parent. All facts
    are read and compared, whatever is found.
    """
    links = AccountLogin.objects.filter(user__in=people, guarantor__is_retired=False).values_list(
        "user", "is_own", *FACTS
    )
    matches = {(user, is_own) for user, is_own, *facts in links if is_fact(text, *facts)}
    own = {user for user, is_own in matches if is_own}
    found = own or {user for user, _ in matches}
    return next((user for user in people if found == {user.pk}), None)


def knows_account(guarantor: Guarantor, text: str) -> bool:
    """Whether a fact on file is about this account: its number, now or before, or the birth date of a patient on it."""
    rows = Guarantor.objects.filter(pk=guarantor.pk).values_list(
        "account_number", "patients__birth_date", FormerNumbers("pk")
    )
    return any([is_fact(text, *facts) for facts in rows])


def is_fact(text: str, account_number: str, birth_date: dt.date | None, former: Sequence[str]) -> bool:
    """Whether the text is this account number, a former one or this date, as people write them."""
    said = text.strip().casefold()
    is_number = said in {number.casefold() for number in (account_number, *former)}
    return is_number | (birth_date is not None and birth_date in read_dates(said))


def read_dates(text: str) -> set[dt.date]:
    """The dates that a text in small letters may mean."""
    dates = set()
    for form in DATE_FORMS:
        with suppress(ValueError):
            dates.add(dt.datetime.strptime(text, form).date())  # noqa: DTZ007  a date has no zone
    return dates
