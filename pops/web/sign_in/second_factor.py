"""Staff need a second factor: who has no authenticator yet, sets one up at the first sign-in."""

from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy

from pops.core.access.models import User
from pops.web.sign_in.limits import AUTHENTICATOR, guessing

# How long a code is good, with the steps before and after its own.
CODE_SECONDS = (1 + 2 * app_settings.TOTP_TOLERANCE) * app_settings.TOTP_PERIOD
USED = "This code was used before. Wait for the next one."
# Says in a session by what its owner proved to be themselves, where that was not allauth's own page.
SESSION_KEY = "second_factor"


def note_second_factor(request: HttpRequest, how: str) -> None:
    """Keep in the session that its owner gave a second factor, and which."""
    request.session[SESSION_KEY] = how


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session was begun with more than a password."""
    records = get_authentication_records(request, request.user)
    return bool(request.session.get(SESSION_KEY)) or any(record.get("method") == "mfa" for record in records)


class SecondFactorMiddleware:
    """Opens the back office only to sessions with a second factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not request.path.startswith("/admin/") or not user.is_authenticated or not user.is_staff:
            return self.get_response(request)
        if has_second_factor(request):
            return self.get_response(request)
        if is_mfa_enabled(user, [Authenticator.Type.TOTP]):
            logout(request)  # signed in past the authenticator: begin again
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        return redirect("mfa_activate_totp")


class CountedCode(forms.Form):
    """A code of an authenticator: guessing is limited, and each code is good for once."""

    user: User

    def clean_code(self) -> str:
        code = normalize_user_code(self.cleaned_data["code"])
        used = f"sign_in.used.{self.user.pk}.{code}"
        with guessing(AUTHENTICATOR, self.user.email):
            if cache.get(used):
                raise ValidationError(USED)
            super().clean_code()  # type: ignore[misc]  # of the form this stands before
            # allauth forgets a used code after one step; it is good for one more on either side.
            if not cache.add(used, 1, timeout=CODE_SECONDS):
                raise ValidationError(USED)
        return code


class AuthenticatorForm(CountedCode, AuthenticateForm):
    """The code at sign-in."""


class AuthenticatorAgainForm(CountedCode, ReauthenticateForm):
    """The code of someone who signed in a while ago."""


class EnrolForm(CountedCode, ActivateTOTPForm):
    """The first code of a new authenticator."""


class EnrolView(ActivateTOTPView):
    """Set up the authenticator app. Then come the recovery codes."""

    success_url = reverse_lazy("mfa_view_recovery_codes")

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.user.is_staff:
            raise Http404
        if is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
            return redirect("admin:index")
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get_success_url(self) -> str:
        return str(self.success_url)

    def form_valid(self, form: object) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        note_second_factor(self.request, "totp")
        return response
