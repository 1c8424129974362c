"""Sign-in forms on top of django-allauth's."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from django import forms
from django.conf import settings
from django.core.validators import MaxLengthValidator

from pops.core.access.models import User
from pops.core.words import LONGEST_EMAIL
from pops.logins.selectors import find_people
from pops.web.sign_in.codes import has_code, use_code
from pops.web.sign_in.limits import ASKING, CODE, count, guessing

TRIES = 3
EMAIL, TEXT = "email", "text"


def owner_of(state: dict[str, Any]) -> str:
    """What a code that is waited for belongs to: the address, or what was said instead of one."""
    return str(state["said"] or state["email"])


class ChoosesWay(forms.Form):
    """How the code is to come. Asked of all alike: it tells of nobody whether a phone is on file."""

    by = forms.ChoiceField(
        choices=[(EMAIL, "Email"), (TEXT, "Text message")], required=False, initial=EMAIL, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.TEXTS_ARE_ON:
            del self.fields["by"]


class GuarantorCodeForm(ChoosesWay, RequestLoginCodeForm):
    """Sends codes to guarantors only: an emailed code must not get around a member of staff's password."""

    _user: User | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["email"]
        email.error_messages["required"] = "Enter your email address."
        email.validators.append(MaxLengthValidator(LONGEST_EMAIL, "This is too long for an email address."))

    def clean_email(self) -> str:
        email: str = super().clean_email()
        count(ASKING, email)
        # Where several share the address, which of them it is comes after the code: until then any stands for all.
        self._user = next(iter(find_people(email)), None)
        return email


class TypedCodeForm(ConfirmLoginCodeForm):
    """The code that was sent. After three wrong ones, or when it is too old, another has to be asked for."""

    def __init__(self, *args: Any, process: LoginCodeVerificationProcess, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.process = process
        where = "text or email" if process.state.get("by_text") else "email"
        self.fields["code"].error_messages["required"] = f"Enter the code from the {where}."

    @property
    def is_worn_out(self) -> bool:
        """Whether no code that is typed in here can be right."""
        return self.process.state["failed_attempts"] >= TRIES or not has_code(owner_of(self.process.state))

    def clean_code(self) -> str:
        state, code = self.process.state, self.cleaned_data["code"]
        if self.is_worn_out:
            raise get_adapter().validation_error("worn_out_code")
        with guessing(CODE, owner_of(state)):
            # An address that is nobody's has codes too: nobody reads them.
            if not (use_code(owner=owner_of(state), code=code) and self.process.user):
                state["failed_attempts"] += 1
                raise get_adapter().validation_error("worn_out_code" if self.is_worn_out else "incorrect_code")
        return str(code)
