"""What people type in the back office: amounts in dollars, dates in the browser's calendar; and columns' names."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from pops.core.money import InvalidAmount, format_cents, parse_cents, plain_dollars
from pops.core.practice.pictures import Kind, read_picture

# A typing error, not money: nobody brings a million dollars to the desk.
MAX_CENTS = 99_999_999
# Django's own calendar for lists speaks of the server's time.
DATE_INPUT = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


MOMENT_INPUT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def name_of(field: Any) -> str:
    """A column as a person says it: "Closed total", not "closed total cents"."""
    name = str(field.verbose_name).removesuffix(" cents").removeprefix("is ")
    return name[:1].upper() + name[1:]


class MomentField(forms.DateTimeField):
    """A moment on the practice's clock, in the browser's own calendar and clock."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "widget": MOMENT_INPUT, "input_formats": ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]})


class ColourInput(forms.TextInput):
    """#0b5563, typed; groups.js puts the browser's own palette beside it."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "colour", "spellcheck": "false", "autocapitalize": "none", **(attrs or {})})


class PictureField(forms.FileField):
    """An uploaded picture, checked by its content and written anew."""

    def __init__(self, *, kind: Kind, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        sent = super().clean(data, initial)
        return read_picture(sent, self.kind) if isinstance(sent, UploadedFile) else sent


class MoneyField(forms.CharField):
    """Dollars and cents as a person types them; cleans to cents, None when empty. Below zero where that is allowed."""

    def __init__(self, *, min_cents: int = 1, max_cents: int = MAX_CENTS, **kwargs: Any) -> None:
        self.min_cents, self.max_cents = min_cents, max_cents
        # The number pad of a phone has no minus.
        mode = "decimal" if min_cents >= 0 else "text"
        attrs = {"inputmode": mode, "autocomplete": "off", "class": "money-input", "placeholder": "0.00"}
        kwargs.setdefault("error_messages", {"required": "Enter an amount."})
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attrs), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Cents of a row, as they are typed."""
        return plain_dollars(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text == "":
            return None
        try:
            cents = parse_cents(text, signed=self.min_cents < 0)
        except InvalidAmount as error:
            raise forms.ValidationError("Enter an amount in dollars and cents, for example 25.00.") from error
        if cents < self.min_cents:
            raise forms.ValidationError(f"Enter {format_cents(self.min_cents)} or more.")
        if cents > self.max_cents:
            raise forms.ValidationError(f"Enter {format_cents(self.max_cents)} or less.")
        return cents
