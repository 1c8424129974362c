"""Lists that are searched by people, as the desk searches: no accent, apostrophe or hyphen need be typed."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from payments.models import Payment
from pops.core.accounts.confidential import sees_confidential
from pops.core.accounts.search import find_guarantor_ids, find_user_ids
from pops.core.money import InvalidAmount, parse_cents
from receipts.models import Transaction

SEARCH_LIMIT = 1000
LONGEST_AMOUNT = 15


def find_people(request: HttpRequest, text: str, *, limit: int = SEARCH_LIMIT) -> list[int]:
    """Ids of guarantors, by the words that find them at the desk: by a confidential patient's for who may see them."""
    return find_guarantor_ids(text, limit=limit, sees_confidential=sees_confidential(request.user))


def find_by_number(term: str) -> set[int]:
    """Receipts by what is written on them: their number, a check's, a transaction's, a card's last four, Stripe's."""
    found = set()
    if term.isascii() and term.isdigit() and len(term) < 19:
        found.add(int(term))
    written = Transaction.objects.filter(number=term), Transaction.objects.filter(check_number=term)
    last_four = [Transaction.objects.filter(card_last4=term)] if len(term) == 4 else []
    for rows in (*written, *last_four):
        found |= set(rows.order_by("-pk").values_list("receipt", flat=True)[:SEARCH_LIMIT])
    if term.startswith("pi_"):
        paid = Payment.objects.filter(Q(intent_id=term) | Q(parts__intent_id=term), receipt__isnull=False)
        found |= set(paid.values_list("receipt", flat=True))
    return found


def find_amount(term: str) -> int | None:
    """Cents, where somebody typed an amount: 19.00, $19, $1,900.00. A bare number is a receipt's or a check's."""
    if not ("." in term or "$" in term):
        return None
    try:
        return parse_cents(term) if len(term) <= LONGEST_AMOUNT else None
    except InvalidAmount:
        return None


class FindsPeople(admin.ModelAdmin):
    """Finds rows by `search_fields`, and by whoever `person` names: a guarantor, or a login where `finds_users`."""

    person: ClassVar[str] = "guarantor"
    finds_users: ClassVar[bool] = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if not search_term.strip():
            return found, may_repeat
        return found | self.of_people(request, queryset, search_term), may_repeat

    def of_people(self, request: HttpRequest, queryset: QuerySet[Any], words: str) -> QuerySet[Any]:
        """The rows of whoever these words find."""
        is_user = self.finds_users
        people = find_user_ids(words, limit=SEARCH_LIMIT) if is_user else find_people(request, words)
        return queryset.filter(**{f"{self.person}__in": people})
