"""What guarantors change of their profile."""

from typing import Any

from django import forms

from pops.balance_notices.consent import find_ways, get_consent_words
from pops.core.accounts.models import Guarantor
from pops.core.words import LONGEST_EMAIL
from pops.web.typed import TypedForm

Channel = Guarantor.NoticeChannel


class NameForm(TypedForm):
    """What to call them. Empty: as on file."""

    name = forms.CharField(
        max_length=100, required=False, error_messages={"max_length": "Enter at most 100 characters."}
    )


class EmailForm(TypedForm):
    """The address to use from now on."""

    new_email = forms.EmailField(
        max_length=LONGEST_EMAIL,
        error_messages={
            "max_length": f"An email address has at most {LONGEST_EMAIL} characters.",
            "required": "Enter your new email address.",
            "invalid": "Enter an email address, such as name@example.com.",
        },
    )


class CodeForm(TypedForm):
    """The code from the mail to the new address."""

    code = forms.CharField(max_length=20, error_messages={"required": "Enter the code from the email."})


class PhoneForm(TypedForm):
    """The number to be called on. Empty: none."""

    new_phone = forms.CharField(
        max_length=40, required=False, error_messages={"max_length": "Enter at most 40 characters."}
    )


class PhoneCodeForm(TypedForm):
    """The code from the text to the number."""

    code = forms.CharField(max_length=20, error_messages={"required": "Enter the code from the text."})


class NoticesForm(TypedForm):
    """How notices are to come: by what there is an address for, and what we can send. Texts ask for consent."""

    channel = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose how we tell you what is due.",
            "invalid_choice": "Choose one of these ways.",
        },
    )
    agrees = forms.CharField(required=False, max_length=2000)  # the words beside the box when it was ticked

    def __init__(self, *args: Any, guarantor: Guarantor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ways, self.words = find_ways(guarantor), get_consent_words(guarantor)
        self.fields["channel"].choices = [  # type: ignore[attr-defined]
            (channel.value, channel.label) for channel in self.ways
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        agrees = data.get("agrees")
        if data.get("channel") == Channel.TEXT and agrees != self.words:
            changed = "What you agree to has changed. Read it and tick it anew."
            self.add_error(
                "agrees", changed if agrees else "Tick that you agree to these texts, or choose another way."
            )
        return data
