"""What a guarantor types to find a receipt."""

from django import forms

from pops.web.portal.pages import PLACE, PlaceForm, make_query
from pops.web.portal.receipts.query import read_query
from receipts.choices import Choices
from receipts.history import STATUSES, Search

FILTERS = ("q", "year", "status", "patient")
# What leads back to a place in the list.
ALL = FILTERS + PLACE


class SearchForm(PlaceForm):
    """The filters of the list and its place, all of them in the address."""

    statuses = [(name, label) for name, (label, _) in STATUSES.items()]

    q = forms.CharField(required=False, max_length=300)
    year = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    status = forms.ChoiceField(required=False, choices=statuses)
    patient = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)

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
        return make_query(self.data, FILTERS)

    @property
    def query(self) -> str:
        """Filters and place: a receipt opened from here leads back here."""
        return make_query(self.data, ALL)
