"""Sign-in forms on top of django-allauth's."""

from typing import Any

from allauth.account.forms import RequestLoginCodeForm

from pops.core.access.models import User


class GuarantorCodeForm(RequestLoginCodeForm):
    """Sends codes to guarantors only: an emailed code must not get around a member of staff's password."""

    _user: User | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].error_messages["required"] = "Enter your email address."

    def clean_email(self) -> str:
        email: str = super().clean_email()
        if self._user is not None and self._user.is_staff:
            self._user = None
        return email
