"""Lists that grow to a million rows: counted so far and no further, and read a page at a time."""

from operator import itemgetter
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property

from pops.web.backoffice.lists.sorting import SortedAsOffered

# Nobody turns more pages than this: above it the list says "more than".
COUNTED = 5_000


class CappedPaginator(Paginator):
    """Counts only so far: counting a million rows takes longer than showing the first hundred."""

    @cached_property
    def known(self) -> list[tuple[Any, ...]]:
        """The rows' ids, in no order, as far as they are counted."""
        rows: Any = self.object_list
        return list(rows.order_by().values_list("pk")[:COUNTED])

    @cached_property
    def count(self) -> int:
        return len(self.known)

    @property
    def is_cut_off(self) -> bool:
        """Whether there may be more than were counted."""
        return self.count == COUNTED


class LongPaginator(CappedPaginator):
    """Sorts the few that it counted itself: for a page of them the planner would walk the table from its newest end.

    They are sorted by columns of their own that are never empty.
    """

    @cached_property
    def known(self) -> list[tuple[Any, ...]]:
        """The rows' ids, each with what it is sorted by, in no order, as far as they are counted."""
        rows: Any = self.object_list
        names = [name.removeprefix("-") for name in rows.query.order_by]
        return list(rows.order_by().values_list("pk", *names)[:COUNTED])

    def find_ids(self, start: int, stop: int) -> list[Any]:
        """The ids of the rows in these places."""
        rows: Any = self.object_list
        if self.is_cut_off:
            return list(rows.values_list("pk", flat=True)[start:stop])
        found, names = list(self.known), list(enumerate(rows.query.order_by, 1))
        for place, name in reversed(names):
            found.sort(key=itemgetter(place), reverse=name.startswith("-"))
        return [pk for pk, *_ in found[start:stop]]


class LongList(SortedAsOffered):
    """A list whose page is found by ids alone, and only then read with all that stands beside its rows.

    In one statement the planner would rather join a million rows and sort them, where it thinks that few are found.
    """

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        paged = self.multi_page and not (self.show_all and self.can_show_all)
        start = (self.page_num - 1) * self.list_per_page if paged else 0
        ids = self.paginator.find_ids(start, start + (self.list_per_page if paged else self.result_count))
        rows = self.root_queryset.in_bulk(ids)
        self.result_list = [rows[pk] for pk in ids if pk in rows]
