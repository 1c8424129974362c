"""Lists that are searched by people, as the desk searches: no accent, apostrophe or hyphen need be typed."""

from collections.abc import Collection
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from payments.models import Payment
from pops.core.accounts.confidential import sees_confidential
from pops.core.accounts.search import find_guarantor_ids, find_user_ids
from receipts.finding import find_receipt_numbers

SEARCH_LIMIT = 1000


def find_people(request: HttpRequest, text: str, *, limit: int = SEARCH_LIMIT) -> list[int]:
    """Ids of guarantors, by the words that find them at the desk: by a confidential patient's for who may see them."""
    return find_guarantor_ids(text, limit=limit, sees_confidential=sees_confidential(request.user))


def find_by_what_is_written(term: str, *, hidden_batches: Collection[int]) -> set[int]:
    """Receipts by what stands on them, as the desk finds them, and by a PaymentIntent.

    Nobody guesses an amount that they have still to count: by it none of `hidden_batches` is found.
    """
    if term.startswith("pi_"):
        # Each by its index: asked as "or", all payments would be read.
        own, parts = Payment.objects.filter(intent_id=term), Payment.objects.filter(parts__intent_id=term)
        found = own.values_list("receipt").union(parts.values_list("receipt"))
        return {receipt for (receipt,) in found if receipt is not None}
    return set(find_receipt_numbers(term, limit=SEARCH_LIMIT, hidden_batches=hidden_batches, bare_amounts=False))


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
