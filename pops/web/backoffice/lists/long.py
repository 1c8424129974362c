"""Lists that grow to a million rows: counted so far and no further, and read a page at a time."""

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
    def known(self) -> list[Any]:
        """The ids of the rows, in no order, as far as they are counted."""
        rows: Any = self.object_list
        return list(rows.order_by().values_list("pk", flat=True)[:COUNTED])

    @cached_property
    def count(self) -> int:
        return len(self.known)

    @property
    def is_cut_off(self) -> bool:
        """Whether there may be more than were counted."""
        return self.count == COUNTED

    def find_ids(self, start: int, stop: int) -> list[Any]:
        """The ids of the rows in these places. All were read to be counted, where they are few."""
        rows: Any = self.object_list
        if not self.is_cut_off:
            rows = rows.model.objects.filter(pk__in=self.known).order_by(*rows.query.order_by)
            # All of them, as for a page the planner would walk the table from its newest end until it has met enough.
            return list(rows.values_list("pk", flat=True))[start:stop]
        return list(rows.values_list("pk", flat=True)[start:stop])


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
