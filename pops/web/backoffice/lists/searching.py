"""Lists that are searched by people, as the desk searches: no accent, apostrophe or hyphen need be typed."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from pops.core.accounts.search import find_guarantor_ids, find_user_ids

SEARCH_LIMIT = 1000


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
        return found | self.of_people(queryset, search_term), may_repeat

    def of_people(self, queryset: QuerySet[Any], words: str) -> QuerySet[Any]:
        """The rows of whoever these words find."""
        find = find_user_ids if self.finds_users else find_guarantor_ids
        return queryset.filter(**{f"{self.person}__in": find(words, limit=SEARCH_LIMIT)})
