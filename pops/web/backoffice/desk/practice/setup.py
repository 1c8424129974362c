"""The set-up guide: from an empty database to the first patient's payment."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused
from pops.core.words import LONGEST_EMAIL
from pops.logins.trial import begin_trial
from pops.web.backoffice.desk.action import DeskAction, DeskButton, DeskPage
from pops.web.backoffice.once import SentOnce
from pops.web.backoffice.setup.facts import RIGHT, Look, guide_page, may_set_up
from pops.web.backoffice.setup.mail import confirm_mail, send_test_mail, why_not_confirm, why_not_send
from pops.web.backoffice.setup.opening import go_live, why_not_go_live
from pops.web.backoffice.setup.steps import look_at_steps
from pops.web.backoffice.setup.stripe import register_site, try_webhook

RIGHTS = (RIGHT,)


def front_page(request: HttpRequest) -> HttpResponseBase:
    """Where the back office opens: on the guide while there is no practice, for who may set one up."""
    if getattr(request, "practice", None) is None and may_set_up(request.user):
        return redirect(guide_page())
    return admin.site.admin_view(admin.site.index)(request)


class Guide(DeskPage):
    """All steps, each asked of the real parts with this request."""

    rights = RIGHTS
    template_name = "backoffice/setup/guide.html"
    title = "Set-up guide"
    http_method_names = ["get", "head"]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        looks = look_at_steps(now=self.now)
        following = next((look.step for look in looks if not look.is_done), None)
        done = sum(look.is_done for look in looks)
        return super().get_context_data(looks=looks, following=following, done=done, **context)


class SetupButton(DeskButton):
    """A button of the guide, which leads back to its step."""

    rights = RIGHTS
    step = ""

    def page(self) -> str:
        return guide_page(self.step)


class AskForEvent(SetupButton):
    """Have Stripe send a message to our webhook."""

    step = "stripe"
    asks_stripe = True
    undone_by = "Nothing: one message more comes from Stripe"

    def do(self, form: SentOnce) -> tuple[str, str]:
        try_webhook(now=self.now, by=self.request.user)
        return self.page(), "Stripe was asked for a message. It takes some seconds: look again."


class RegisterDomain(SetupButton):
    """Have Apple Pay and Google Pay show on the portal's domain."""

    step = "stripe"
    asks_stripe = True
    undone_by = "Nothing: Stripe looks at the domain again"

    def do(self, form: SentOnce) -> tuple[str, str]:
        register_site()
        return self.page(), "Stripe has looked at the domain."


class BeginTrial(SetupButton):
    """Make the account that pays the trial payment."""

    step = "payment"
    undone_by = "Nothing: the account ends when the portal opens"

    def do(self, form: SentOnce) -> tuple[str, str]:
        begin_trial(today=get_practice().business_date(timezone.now()), by=self.request.user)
        return self.page(), "The trial account is there."


class SetupAction(DeskAction):
    """A form of the guide."""

    rights = RIGHTS
    step = ""
    template_name = "backoffice/setup/form.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**{"back": guide_page(self.step), **context})


class AddressForm(SentOnce):
    """Where the test mail goes."""

    email = forms.EmailField(
        label="Email address",
        max_length=LONGEST_EMAIL,
        help_text="A mailbox that you can look into, best outside the practice.",
        error_messages={"required": "Enter an email address.", "invalid": "This is not an email address."},
    )


class SendMail(SetupAction):
    """Send the test mail."""

    step = "mail"
    title = "Send a test mail"
    lead = "It goes the way of every mail of POPS. The code in it shows that it arrived."
    button = "Send the test mail"
    form_class = AddressForm

    def why_not(self) -> Refused | None:
        return why_not_send(now=self.now)

    def get_initial(self) -> dict[str, Any]:
        return {"email": self.request.user.email}

    def do(self, form: AddressForm) -> tuple[str, str]:
        send_test_mail(to=form.cleaned_data["email"], now=self.now, by=self.request.user)
        return guide_page(self.step), ""


class CodeForm(SentOnce):
    """The code that stands in the test mail."""

    code = forms.CharField(
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Enter the code from the mail."},
    )


class TypeCode(SetupAction):
    """Confirm that the test mail arrived."""

    step = "mail"
    title = "The test mail's code"
    button = "Confirm"
    form_class = CodeForm
    asks_stripe = True  # no transaction around it: a wrong code stays counted
    field_of = {"wrong_code": "code"}

    def why_not(self) -> Refused | None:
        return why_not_confirm(now=self.now)

    def get_initial(self) -> dict[str, Any]:
        return {"code": self.request.GET.get("code", "")[:20]}

    def do(self, form: CodeForm) -> tuple[str, str]:
        if not confirm_mail(code=form.cleaned_data["code"], now=self.now):
            raise Refused("wrong_code", "That is not the code of the latest test mail.")
        return guide_page(self.step), "The mail arrived."


class OpenPortal(SetupAction):
    """Let patients in."""

    step = "opening"
    title = "Open the portal"
    lead = "From then on patients sign in and pay. The trial account ends; its receipts stay."
    button = "Open the portal to patients"
    form_class = SentOnce
    asks_stripe = True  # to see how things stand; the opening itself is done once

    @cached_property
    def looks(self) -> list[Look]:
        return look_at_steps(now=self.now)

    def why_not(self) -> Refused | None:
        return why_not_go_live(self.looks)

    def do(self, form: SentOnce) -> tuple[str, str]:
        go_live(looks=self.looks, now=self.now, by=self.request.user)
        return guide_page(self.step), "The portal is open."
