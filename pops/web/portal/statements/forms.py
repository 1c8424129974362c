"""What a guarantor chooses of the statements. All of it stands in the address."""

from django import forms

from pops.web.portal.pages import PlaceForm


class ListForm(PlaceForm):
    """Whether paid ones are hidden, and the place in the list. What makes no sense is left out."""

    hide_paid = forms.BooleanField(required=False)

    @property
    def hides_paid(self) -> bool:
        return bool(self.is_valid() and self.cleaned_data["hide_paid"])

    @property
    def query(self) -> str:
        """The part of an address that chooses the same again, without the place."""
        return "?hide_paid=on" if self.hides_paid else ""
