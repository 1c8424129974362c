"""What the portal's lists have in common: a page's place in one, and the address that leads back to it."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django import forms
from django.views.decorators.cache import cache_control

LARGEST = 2**63 - 1
PLACE = ("before", "after")
# Kept by the reader's own browser alone, which asks each time whether it may still show it.
private = cache_control(private=True, no_cache=True)


class PlaceForm(forms.Form):
    """The rows that a page lies between, by their keys."""

    before = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)
    after = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)

    @property
    def place(self) -> dict[str, int | None]:
        """Nowhere in particular when the form is not valid."""
        return {name: self.cleaned_data[name] for name in PLACE} if self.is_valid() else {}


def make_query(given: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The part of an address that asks for the same again, with its question mark if there is any."""
    query = urlencode([(name, given[name]) for name in names if given.get(name)])
    return f"?{query}" if query else ""
