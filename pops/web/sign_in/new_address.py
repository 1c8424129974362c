"""Confirming a new email address by the link that was mailed to it. Looking changes nothing: mail filters do it too."""

from functools import cached_property
from typing import Any

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from pops.core.refusals import Refused
from pops.logins.addresses import confirm_email, find_change
from pops.logins.models import EmailChange
from pops.web.sign_in.person import HINT, WRONG, FactForm

TRIES = {"new_address": "20/5m/ip"}


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
        if not ratelimit.consume(request, app="pops", action="new_address", config=TRIES):
            return ratelimit.respond_429(request)
        return super().dispatch(request, *args, **kwargs) if self.change else self._gone()

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(change=self.change, **context)

    def form_valid(self, form: FactForm) -> HttpResponse:
        assert self.change is not None  # see dispatch
        try:
            is_right = confirm_email(change_id=self.change.pk, fact=form.cleaned_data["fact"], now=timezone.now())
        except Refused:
            return self._gone()
        if not is_right:
            form.add_error("fact", WRONG)
            return self.form_invalid(form)
        messages.success(self.request, "Your address is confirmed. Sign in with it from now on.")
        return redirect("account_request_login_code")

    def _gone(self) -> HttpResponse:
        return render(self.request, "account/new_address_gone.html", status=404)
