"""What a guarantor types to find a receipt."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django import forms

from pops.web.portal.receipts.query import LARGEST, read_query
from receipts.history import STATUSES, Choices, Search

FILTERS = ("q", "year", "status", "patient")
PLACE = ("before", "after")


def list_query(given: Mapping[str, str], names: tuple[str, ...] = FILTERS + PLACE) -> str:
    """The part of an address that leads back to a place in the list, with its question mark if there is any."""
    query = urlencode([(name, given[name]) for name in names if given.get(name)])
    return f"?{query}" if query else ""


class SearchForm(forms.Form):
    """The filters of the list and its place, all of them in the address."""

    statuses = [(name, label) for name, (label, _) in STATUSES.items()]

    q = forms.CharField(required=False, max_length=300)
    year = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    status = forms.ChoiceField(required=False, choices=statuses)
    patient = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    before = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)
    after = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)

    def __init__(self, data: object, *, choices: Choices) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["year"].choices = [(year, year) for year in choices.years]  # type: ignore[attr-defined]
        self.fields["patient"].choices = choices.patients  # type: ignore[attr-defined]

    def clean_q(self) -> dict[str, object]:
        """The fields of the search that the text stands for."""
        return read_query(self.cleaned_data["q"])

    @property
    def search(self) -> Search:
        """Valid once the form is."""
        given = self.cleaned_data
        return Search(year=given["year"], status=given["status"], patient=given["patient"], **given["q"])

    @property
    def is_filtered(self) -> bool:
        return any(self.data.get(name) for name in FILTERS)

    @property
    def filter_query(self) -> str:
        """What is filtered by, without the place."""
        return list_query(self.data, FILTERS)

    @property
    def query(self) -> str:
        """Filters and place: a receipt opened from here leads back here."""
        return list_query(self.data)
