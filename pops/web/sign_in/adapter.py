"""Sign-in rules on top of django-allauth."""

import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string

from notifications.kinds import Content
from notifications.models import Message
from notifications.services import post_content
from pops.core.access.models import User
from pops.sessions.models import PortalSession
from pops.web.sign_in.entering import enter_by_code, leave
from pops.web.sign_in.limits import PASSWORD, count, remember_network
from pops.web.sign_in.notices import SIGN_IN
from pops.web.sign_in.session_end import welcome_back

Channel = Message.Channel


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up: the practice makes the logins."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": "That is not the code we sent. Check the newest message from us.",
        "email_password_mismatch": "The email address or the password is not right.",
        "worn_out_code": "That code no longer works. Get a new one.",
    }

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has just signed in isn't asked for the password again to set up the authenticator."""
        records = get_authentication_records(self.request, self.request.user)
        return all(time.time() - record["at"] > REAUTHENTICATION_TIMEOUT for record in records)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a password before it is looked at; allauth takes a right one back."""
        self._login_failed_rl_usage = count(PASSWORD, credentials["email"])

    def login(self, request: HttpRequest, user: User) -> None:
        leave(request, why=PortalSession.WhyEnded.REPLACED)  # before it: who comes after another gets a new session
        super().login(request, user)
        remember_network(user.email)
        welcome_back(request, user)

    def post_login(self, request: HttpRequest, user: User, **facts: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **facts)
        enter_by_code(request, address=response.get("Location", ""))
        return response

    def get_login_stages(self) -> list[str]:
        """After the code, where several people share the address: which of them it is."""
        code, *others = super().get_login_stages()
        return [code, "pops.web.sign_in.person.PersonStage", *others]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where nobody asked for a page: guarantors land where their POPS Group says."""
        return resolve_url("admin:index" if request.user.is_staff else "landing")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Post a mail. How long the mail server takes would tell who is a patient: a worker sends it."""
        request = allauth_context.request
        shown = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        mail = self.render_mail(template_prefix, email, shown)
        html = [part for part, kind in getattr(mail, "alternatives", []) if kind == "text/html"]
        content = Content(subject=mail.subject, text=mail.body, html=html[0] if html else "")
        post_content(kind=SIGN_IN, to=email, content=content)

    def send_text(self, number: str, code: str) -> None:
        """Post a code as a text. Its last line lets phones fill it in, on our own page alone."""
        request = allauth_context.request
        site = urlsplit(settings.SITE_URL).netloc
        words = render_to_string("account/text/login_code.txt", {"code": code, "site": site}, request)
        post_content(kind=SIGN_IN, to=number, content=Content(subject="", text=words.strip()), channel=Channel.TEXT)
