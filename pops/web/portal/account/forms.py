"""What a guarantor filters visits by. All of it stands in the address."""

from typing import Any

from django import forms

from pops.web.portal.pages import LARGEST, PlaceForm, make_query
from receipts.visits import Wanted

FILTERS = ("patient", "provider", "facility", "first_day", "last_day")


def _key() -> forms.IntegerField:
    """One of a list: what is no number is none of it, and a number that is not in the list finds nothing."""
    return forms.IntegerField(
        required=False, min_value=1, max_value=LARGEST, error_messages={"invalid": "Choose one of the list."}
    )


def _day() -> forms.DateField:
    return forms.DateField(required=False, error_messages={"invalid": "Enter a date, for example 03/01/2026."})


class VisitForm(PlaceForm):
    """The filters of the visits and the place in their list."""

    patient, provider, facility = _key(), _key(), _key()
    first_day, last_day = _day(), _day()

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
    def is_filtered(self) -> bool:
        return any(self.data.get(name) for name in FILTERS)

    @property
    def filter_query(self) -> str:
        """What is filtered by, without the place."""
        return make_query(self.data, FILTERS)
