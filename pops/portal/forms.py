"""Sign-in forms on top of django-allauth's."""

from allauth.account.forms import RequestLoginCodeForm

from pops.accounts.models import User


class GuarantorCodeForm(RequestLoginCodeForm):
    """Sends codes to guarantors only: an emailed code must not get around a member of staff's password."""

    _user: User | None

    def clean_email(self) -> str:
        email: str = super().clean_email()
        if self._user is not None and self._user.is_staff:
            self._user = None
        return email
