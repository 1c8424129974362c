"""Confirming a new email address by the link that was mailed to it. Looking changes nothing: mail filters do it too."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from pops.core.refusals import Refused
from pops.logins.addresses import confirm_email, find_change
from pops.logins.models import EmailChange
from pops.web.sign_in.limits import NEW_ADDRESS, guessing
from pops.web.sign_in.person import HINT, WRONG, FactForm


@method_decorator([login_not_required, never_cache], "dispatch")
class NewAddressView(FormView):
    """Asks for a fact on file, so that a mistyped address gives nothing to whoever reads it."""

    form_class = FactForm
    template_name = "account/new_address.html"
    extra_context = {"hint": HINT}

    @cached_property
    def change(self) -> EmailChange | None:
        return find_change(self.kwargs["token"], now=timezone.now())

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs) if self.change else self._gone()

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(change=self.change, **context)

    def form_valid(self, form: FactForm) -> HttpResponse:
        assert self.change is not None  # see dispatch
        try:
            guess(self.change, form.cleaned_data["fact"])
        except Refused:
            return self._gone()
        except ValidationError as error:
            form.add_error("fact", error)
            return self.form_invalid(form)
        messages.success(self.request, "Your address is confirmed. Sign in with it from now on.")
        return redirect("account_request_login_code")

    def _gone(self) -> HttpResponse:
        return render(self.request, "account/new_address_gone.html", status=404)


def guess(change: EmailChange, fact: str) -> None:
    """Confirm the address by a fact. Raises ValidationError when that is wrong, and Refused when the change is over."""
    with guessing(NEW_ADDRESS, change.new_email):
        if not confirm_email(change_id=change.pk, fact=fact, now=timezone.now()):
            raise ValidationError(WRONG)
