"""Staff change their own password."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.urls import reverse_lazy

from pops.web.sign_in.limits import PASSWORD, guessing


class OwnPasswordForm(AdminPasswordChangeForm):
    """Django's, where the old password can't be guessed for ever: a screen left open is no proof of who sits there."""

    def clean_old_password(self) -> str:
        with guessing(PASSWORD, self.user.email):
            password: str = super().clean_old_password()
        return password


class OwnPasswordView(PasswordChangeView):
    """Django admin's page, with that form."""

    form_class = OwnPasswordForm
    template_name = "registration/password_change_form.html"
    success_url = reverse_lazy("admin:password_change_done")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**admin.site.each_context(self.request), **context)
