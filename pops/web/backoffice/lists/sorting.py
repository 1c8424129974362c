"""The order of a list: by the columns that can be chosen for it, and no others."""

from typing import Any

from django.contrib.admin.views.main import ChangeList


class SortedAsOffered(ChangeList):
    """A list that is sorted by no column but those of `sortable_by`; Django only leaves their links out.

    The order of amounts would tell those that are still to be counted.
    """

    def get_ordering_field(self, field_name: Any) -> Any:
        return super().get_ordering_field(field_name) if field_name in (self.sortable_by or ()) else None
