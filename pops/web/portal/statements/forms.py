"""What a guarantor chooses of the statements. All of it stands in the address."""

from django import forms

LARGEST = 2**63 - 1


class ListForm(forms.Form):
    """Whether paid ones are hidden, and the place in the list. What makes no sense is left out."""

    hide_paid = forms.BooleanField(required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)
    after = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)

    @property
    def hides_paid(self) -> bool:
        return bool(self.is_valid() and self.cleaned_data["hide_paid"])

    @property
    def place(self) -> dict[str, int | None]:
        """The statements that the page lies between."""
        return {name: self.cleaned_data[name] for name in ("before", "after")} if self.is_valid() else {}

    @property
    def query(self) -> str:
        """The part of an address that chooses the same again, without the place."""
        return "?hide_paid=on" if self.hides_paid else ""
