"""What people type into the pages: no text of it keeps a card's number."""

from django import forms
from django.core.exceptions import ValidationError

from pops.core.card_numbers import WORDS, holds_card_number, is_number

# What has a form of its own, or is not typed.
FORMED = (forms.EmailField, forms.URLField, forms.UUIDField)


def refuse_card_number(text: str) -> None:
    """Raises ValidationError for a text with a full card number in it."""
    if holds_card_number(text):
        raise ValidationError(f"This {WORDS}.", code="card_number")


class KeepsNoCards(forms.BaseForm):
    """A form whose texts refuse a card's number, those that are themselves numbers left out (`is_number`)."""

    def _clean_fields(self) -> None:
        for name, field in self.fields.items():
            if is_free(name, field) and refuse_card_number not in field.validators:
                field.validators = [*field.validators, refuse_card_number]
        super()._clean_fields()  # type: ignore[misc]  # Django's own step, of which its stubs don't know


def is_free(name: str, field: forms.Field) -> bool:
    """Whether people write in the field whatever they want."""
    is_text = isinstance(field, forms.CharField) and not isinstance(field, FORMED)
    return is_text and not field.widget.is_hidden and not is_number(name)


class TypedForm(KeepsNoCards, forms.Form):
    """A form of ours: each that people write in is one."""


class TypedModelForm(KeepsNoCards, forms.ModelForm):
    """The same, of a row."""
