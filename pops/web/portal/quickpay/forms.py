"""Where a receipt is to go."""

from typing import Any

from django import forms

from pops.core.typos import find_meant
from pops.web.typed import TypedForm


class MailForm(TypedForm):
    """An address, asked about once where it looks mistyped. `meant` is then what it may have been."""

    email = forms.EmailField(
        max_length=254,
        error_messages={
            "required": "Enter an email address.",
            "invalid": "Enter an email address, for example maria@example.com.",
        },
    )
    agreed = forms.CharField(required=False, max_length=254)  # the address that the page asked about

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meant = ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        email = data.get("email", "")
        meant = find_meant(email)
        if meant and data.get("agreed") != email:
            self.meant = meant
            self.add_error("email", f"Did you mean {meant}? Correct it, or send it to {email} as it is.")
        return data

    @property
    def asked(self) -> str:
        """What the page asks about, to come back in `agreed`."""
        return str(self.data.get("email", "")).strip() if self.meant else ""
