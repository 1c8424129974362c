"""What a guarantor filters visits by. All of it stands in the address."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms

from receipts.visits import Wanted

LARGEST = 2**63 - 1
FILTERS = ("patient", "provider", "facility", "first_day", "last_day")


def _key() -> forms.IntegerField:
    """One of a list: what is no number is none of it, and a number that is not in the list finds nothing."""
    return forms.IntegerField(
        required=False, min_value=1, max_value=LARGEST, error_messages={"invalid": "Choose one of the list."}
    )


def _day() -> forms.DateField:
    return forms.DateField(required=False, error_messages={"invalid": "Enter a date, for example 03/01/2026."})


class VisitForm(forms.Form):
    """The filters of the visits and the place in their list."""

    patient, provider, facility = _key(), _key(), _key()
    first_day, last_day = _day(), _day()
    before, after = _key(), _key()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", "The last day is before the first day.")
        return data

    @property
    def wanted(self) -> Wanted:
        """Valid once the form is; nothing in particular before."""
        return Wanted(**{name: self.cleaned_data[name] for name in FILTERS}) if self.is_valid() else Wanted()

    @property
    def place(self) -> dict[str, int | None]:
        """The visits that the page lies between."""
        return {name: self.cleaned_data[name] for name in ("before", "after")} if self.is_valid() else {}

    @property
    def is_filtered(self) -> bool:
        return any(self.data.get(name) for name in FILTERS)

    @property
    def filter_query(self) -> str:
        """The part of an address that filters again, with its question mark if there is any."""
        given: Mapping[str, str] = self.data
        query = urlencode([(name, given[name]) for name in FILTERS if given.get(name)])
        return f"?{query}" if query else ""
