"""Taking money: find who pays, enter it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from batches.selectors import find_attached_batch
from payments.models import Payment
from payments.selectors import find_open_attempts
from payments.truth import close_attempts
from pops.core.accounts.confidential import mask_lines, sees_confidential
from pops.core.accounts.merging import why_not_use
from pops.core.accounts.models import Guarantor
from pops.core.accounts.search import find_guarantors
from pops.core.money import format_cents
from pops.web.backoffice.desk.action import DeskAction, DeskPage, receipt_page
from pops.web.backoffice.desk.payment_form import TakePaymentForm
from receipts.balances import find_taken_just_now
from receipts.models import Receipt
from receipts.owed import find_payable_lines, get_balances, get_credit
from receipts.taking import take_payment

FOUND_LIMIT = 50


class Find(DeskPage):
    """Find who pays, by name, account number, patient or phone."""

    rights = ("receipts.take_payment",)
    template_name = "backoffice/find.html"
    title = "Take a payment"
    http_method_names = ["get", "head"]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        text = self.request.GET.get("q", "").strip()[:100]
        found = find_guarantors(text, limit=FOUND_LIMIT, sees_confidential=sees_confidential(self.request.user))
        attached = find_attached_batch(self.request.user)
        is_full = len(found) == FOUND_LIMIT
        return super().get_context_data(q=text, found=found, is_full=is_full, attached=attached, today=self.today)


class TakesMoney(DeskAction):
    """Taking money. What its payers have open online is closed first, and what can't be closed is told."""

    rights = ("receipts.take_payment",)
    field_of = {"taken_just_now": "second_reason", "check_taken": "knows_check"}

    def payers(self) -> list[Guarantor]:
        raise NotImplementedError

    def facts(self, data: dict[str, Any]) -> dict[str, Any]:
        """What is told of all money that is taken: how it came, when, to whom, and what was said about it."""
        return {
            "channel": Receipt.Channel(data["channel"]),
            "now": self.now,
            "today": self.today,
            "by": self.request.user,
            "wants_email": data["email"],
            "second_reason": data["second_reason"],
            "knows_check": data["knows_check"],
        }

    def form_valid(self, form: Any) -> HttpResponse:
        open_still = [attempt for payer in self.payers() for attempt in close_attempts(guarantor=payer, now=self.now)]
        answer = super().form_valid(form)
        if isinstance(answer, HttpResponseRedirect):
            for attempt in open_still:
                messages.warning(self.request, open_words(attempt))
        return answer


def open_words(attempt: Payment) -> str:
    """What may still become of an online payment that could not be closed."""
    what = f"An online payment of {format_cents(attempt.amount_cents)} by {attempt.guarantor.name}"
    why = "is at the bank and can't be stopped" if attempt.is_processing else "could not be closed at Stripe"
    return f"{what} {why}. If it is paid too, a receipt comes in by itself: refund one of the two."


class Take(TakesMoney):
    """Enter what was paid and where it goes."""

    template_name = "backoffice/take.html"
    target_name = "guarantor"
    form_class = TakePaymentForm

    def payers(self) -> list[Guarantor]:
        return [self.target]

    def find_target(self) -> Guarantor:
        return get_object_or_404(Guarantor.objects.select_related("group"), pk=self.kwargs["guarantor_id"])

    def elsewhere(self) -> tuple[str, str] | None:
        refusal = why_not_use(self.target)
        return (reverse("backoffice:find"), refusal.words) if refusal else None

    def get_form_kwargs(self) -> dict[str, Any]:
        lines = mask_lines(self.request.user, find_payable_lines(self.target))
        return {**super().get_form_kwargs(), "guarantor": self.target, "lines": lines}

    def do(self, form: TakePaymentForm) -> tuple[str, str]:
        data = form.cleaned_data
        number = take_payment(
            guarantor_id=self.target.pk,
            tenders=data["tenders"],
            parts=data["parts"],
            seen=data["seen"],
            **self.facts(data),
        )
        return receipt_page(number), f"Receipt {number} was issued. It shows in the patient's portal now."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=f"Take a payment from {self.target.name}",
            recent=find_taken_just_now(self.target, now=self.now),
            attempts=find_open_attempts(self.target),
            balances=get_balances(self.target),
            escrow_cents=get_credit(self.target),
            today=self.today,
            **context,
        )
