"""What needs a decision: payments and refunds in review, and messages from Stripe that can't be worked off."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from payments.gateway.client import OutOfReach, Rejected
from payments.models import Payment, Refund
from payments.review import (
    accept_payment,
    record_reviewed_refund,
    return_payment,
    settle_refund_elsewhere,
    why_not_decide,
    why_not_decide_refund,
)
from payments.selectors import find_in_review, find_refunds_in_review, find_stuck_events
from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import DeskAction, DeskPage
from pops.web.backoffice.desk.forms import RefundReviewForm, ReviewForm

STRIPE_AWAY = (
    "Stripe can't be reached just now, so nothing is decided here yet. Try again in a minute; "
    "money that is on its way back already goes back once."
)


class Reviews(DeskPage):
    """All that waits for a decision, oldest first."""

    rights = ("payments.view_payment", "payments.view_refund", "payments.view_processorevent")
    template_name = "backoffice/reviews.html"
    title = "Waiting for a decision"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(
            payments=find_in_review(), refunds=find_refunds_in_review(), events=find_stuck_events(), **context
        )


class Decision(DeskAction):
    """What decisions about payments and refunds have in common."""

    rights = ("payments.decide_review",)
    button = "Decide"
    asks_stripe = True

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except OutOfReach:
            form.add_error(None, STRIPE_AWAY)
        except Rejected as refusal:
            form.add_error(None, refusal.words)
        return self.form_invalid(form)

    def facts(self, form: Any) -> dict[str, Any]:
        """Why, when and by whom it is decided."""
        return {"reason": form.cleaned_data["reason"], "now": self.now, "by": self.request.user}


class Decide(Decision):
    """Accept or return a payment whose money differs from what was agreed."""

    title = "Decide about a payment"
    target_name = "payment"
    form_class = ReviewForm

    def find_target(self) -> Payment:
        return get_object_or_404(Payment.objects.select_related("guarantor"), pk=self.kwargs["payment_id"])

    def why_not(self) -> Refused | None:
        return why_not_decide(self.target.state)

    def do(self, form: ReviewForm) -> tuple[str, str]:
        page, facts = reverse("admin:payments_payment_change", args=[self.target.pk]), self.facts(form)
        if form.cleaned_data["decision"] == ReviewForm.ACCEPT:
            number = accept_payment(payment_id=self.target.pk, **facts)
            self.target.refresh_from_db()
            over = f" over {self.target.difference}" if self.target.difference else ""
            return page, f"Receipt {number} was issued{over}."
        return_payment(payment_id=self.target.pk, **facts)
        return page, "All of the money goes back to the card."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(lead=self.target.review_reason, **context)


class DecideRefund(Decision):
    """Record a refund that Stripe made and the books could not take, or say how else it was settled."""

    title = "Decide about a refund"
    target_name = "refund"
    form_class = RefundReviewForm

    def find_target(self) -> Refund:
        return get_object_or_404(Refund.objects.select_related("receipt"), pk=self.kwargs["refund_id"])

    def why_not(self) -> Refused | None:
        return why_not_decide_refund(self.target)

    def do(self, form: RefundReviewForm) -> tuple[str, str]:
        page, facts = reverse("admin:payments_refund_change", args=[self.target.pk]), self.facts(form)
        if form.cleaned_data["decision"] == RefundReviewForm.ELSEWHERE:
            settle_refund_elsewhere(refund_id=self.target.pk, **facts)
            return page, "It is noted how the refund was settled. No receipt was issued."
        made = record_reviewed_refund(refund_id=self.target.pk, **facts)
        if made.has_failed:
            return page, f"Nothing is missing: the money is at Stripe again. {made.note}"
        return page, f"The refund is receipt {made.refund_receipt_id}."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(lead=self.target.note, **context)
