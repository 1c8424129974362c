"""Payments that need a decision."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from payments.gateway.client import OutOfReach, Rejected
from payments.models import Payment
from payments.review import accept_payment, return_payment, why_not_decide
from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import DeskAction
from pops.web.backoffice.desk.forms import ReviewForm

STRIPE_AWAY = (
    "Stripe can't be reached just now, so nothing is decided here yet. Try again in a minute; "
    "money that is on its way back already goes back once."
)


class Decide(DeskAction):
    """Accept or return a payment whose money differs from what was agreed."""

    rights = ("payments.decide_review",)
    title = "Decide about a payment"
    target_name = "payment"
    form_class = ReviewForm
    button = "Decide"
    asks_stripe = True

    def find_target(self) -> Payment:
        return get_object_or_404(Payment.objects.select_related("guarantor"), pk=self.kwargs["payment_id"])

    def why_not(self) -> Refused | None:
        return why_not_decide(self.target.state)

    def do(self, form: ReviewForm) -> tuple[str, str]:
        page = reverse("admin:payments_payment_change", args=[self.target.pk])
        facts = {
            "payment_id": self.target.pk,
            "reason": form.cleaned_data["reason"],
            "now": self.now,
            "by": self.request.user,
        }
        if form.cleaned_data["decision"] == ReviewForm.ACCEPT:
            return page, f"Receipt {accept_payment(**facts)} was issued."
        return_payment(**facts)
        return page, "All of the money goes back to the card."

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except OutOfReach:
            form.add_error(None, STRIPE_AWAY)
        except Rejected as refusal:
            form.add_error(None, refusal.words)
        return self.form_invalid(form)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(lead=self.target.review_reason, **context)
