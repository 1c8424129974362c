"""Sign-in rules on top of django-allauth."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.shortcuts import resolve_url


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up: the practice makes the logins."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": "That is not the code we sent. Check the newest email from us.",
        "email_password_mismatch": "The email address or the password is not right.",
        "too_many_login_attempts": "That was too often in a short time. Try again in five minutes.",
        "rate_limited": "That was too often in a short time. Try again in a few minutes.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url("admin:index" if request.user.is_staff else "home")
