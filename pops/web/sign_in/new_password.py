"""The pages by which staff choose a password: asked for by address, chosen by the link that was mailed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import PasswordResetConfirmView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView

from pops.core.words import LONGEST_EMAIL
from pops.web.sign_in.limits import ASKING, PASSWORD_LINK, TooOften, count
from pops.web.sign_in.passwords import send_forgotten, tell_changed

TOO_MANY = 429


class ForgottenForm(forms.Form):
    """Whose password it is."""

    email = forms.EmailField(
        max_length=LONGEST_EMAIL,
        error_messages={"required": "Enter your email address.", "invalid": "This is not an email address."},
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            count(ASKING, data["email"])
        return data


@method_decorator([login_not_required, never_cache], "dispatch")
class ForgottenView(FormView):
    """Where staff ask for a link. The answer tells nobody whether the address is known."""

    form_class = ForgottenForm
    template_name = "account/staff_password.html"
    success_url = reverse_lazy("staff_password_sent")

    def form_valid(self, form: ForgottenForm) -> HttpResponse:
        send_forgotten(email=form.cleaned_data["email"])
        return super().form_valid(form)


@method_decorator([login_not_required, never_cache], "dispatch")
class SentView(TemplateView):
    """What comes to everybody who asked."""

    template_name = "account/staff_password_sent.html"


@method_decorator([login_not_required, sensitive_post_parameters()], "dispatch")
class LinkView(PasswordResetConfirmView):
    """Choose a password, by the link: Django takes the token out of the address first. Nobody is signed in by it."""

    template_name = "account/staff_password_new.html"
    reset_url_token = "new"  # noqa: S105  what the address says instead of the token
    success_url = reverse_lazy("account_login")

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            count(PASSWORD_LINK, "")
        except TooOften as error:
            return self._refuse(self.request, error)
        return super().dispatch(*args, **kwargs)

    def get_user(self, uidb64: str) -> Any:
        """Staff who may sign in; to a login that was ended the link is as good as none."""
        user = super().get_user(uidb64)
        return user if user is not None and user.is_staff and user.is_active else None

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        tell_changed(user=form.user)
        messages.success(self.request, "Your password is set. Sign in with it.")
        return response

    def render_to_response(self, context: dict[str, Any], **more: Any) -> HttpResponse:
        status = 200 if context["validlink"] else 404
        return super().render_to_response(context, **{"status": status, **more})

    def _refuse(self, request: HttpRequest, error: ValidationError) -> HttpResponse:
        return render(request, "account/staff_password_new.html", {"too_often": error.message}, status=TOO_MANY)
