"""Taking money: find who pays, enter it."""

import datetime as dt
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from batches.selectors import find_attached_batch
from batches.working import get_working_date, will_open_batch
from payments.models import Payment
from payments.selectors import find_open_attempts
from payments.truth import close_attempts
from pops.core.accounts.confidential import mask_lines, sees_confidential, shown_to
from pops.core.accounts.models import Appointment, Guarantor
from pops.core.accounts.search import find_guarantors
from pops.core.money import format_cents
from pops.core.practice.selectors import get_practice, practice_of
from pops.web.backoffice.desk.action import DeskAction, DeskPage, DeskView, receipt_page
from pops.web.backoffice.desk.payments.form import TakePaymentForm
from pops.web.backoffice.desk.payments.quick_form import Known
from pops.web.backoffice.desk.practice.printing import get_desk, print_page
from receipts.balances import find_taken_just_now, find_usual_payment
from receipts.copays import CopayFor, find_usual_copays, find_visits
from receipts.models import Receipt
from receipts.owed import Balances, find_payable_lines, get_balances, get_credit
from receipts.questions import Purpose
from receipts.taking import take_payment, why_not_take

FOUND_LIMIT = 50
DAY = dt.timedelta(days=1)


class WorkingDay(DeskView):
    """Money counts for the day of the batch that one works in: today's, or by right an earlier one."""

    @cached_property
    def today(self) -> dt.date:
        return get_working_date(self.request.user, today=practice_of(self.request).business_date(self.now))

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        is_late = self.today < practice_of(self.request).business_date(self.now)
        shown: dict[str, Any] = super().get_context_data(is_late=is_late, **context)  # type: ignore[misc]
        return shown


class Find(WorkingDay, DeskPage):
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
        opens = will_open_batch(today=self.today, by=self.request.user)
        shown = {"q": text, "found": found, "is_full": is_full, "attached": attached, "opens_batch": opens}
        return super().get_context_data(**shown, today=self.today)


class TakesMoney(WorkingDay, DeskAction):
    """Taking money. What its payers have open online is closed first, and what can't be closed is told."""

    rights = ("receipts.take_payment",)
    field_of = {"taken_just_now": "second_reason", "check_taken": "knows_check"}

    def payers(self) -> list[Guarantor]:
        raise NotImplementedError

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        opens = will_open_batch(today=self.today, by=self.request.user)
        return super().get_context_data(**{"opens_batch": opens, "today": self.today, **context})

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
        refusal = why_not_take(self.target)
        return (reverse("backoffice:find"), refusal.words) if refusal else None

    def get_form_kwargs(self) -> dict[str, Any]:
        lines = mask_lines(self.request.user, find_payable_lines(self.target))
        return {**super().get_form_kwargs(), "guarantor": self.target, "lines": lines, "known": self.known}

    @cached_property
    def balances(self) -> Balances:
        return get_balances(self.target)

    @cached_property
    def known(self) -> Known:
        """Who may be seen today, and what their copay was the last time."""
        patients = shown_to(self.request.user, self.target.patients.filter(is_retired=False).order_by("name", "pk"))
        start, end = (get_practice().day_end(day) for day in (self.today - DAY, self.today))
        visits = list(shown_to(self.request.user, find_visits(patients, start=start, end=end)))
        usual = find_usual_copays(patients, visits)
        return Known(
            self.today,
            self.balances.current_cents,
            list(patients),
            visits,
            usual,
            due_cents=self.balances.amount_due_cents,
            usual_cents=find_usual_payment(self.target),
        )

    def _find_copay(self, data: dict[str, Any]) -> CopayFor | None:
        """Whose visit a copay is for; with the provider and the type of the visit, where it is one of today."""
        if data["purpose"] != Purpose.COPAY:
            return None
        visits = [one for one in self.known.visits if one.patient_id == data["patient"]]
        visit = visits[0] if visits and data["visit_date"] == self.today else Appointment()
        return CopayFor(data["patient"], data["visit_date"], data["memo"], visit.provider_id, visit.visit_type)

    def do(self, form: TakePaymentForm) -> tuple[str, str]:
        data = form.cleaned_data
        number = take_payment(
            guarantor_id=self.target.pk,
            tenders=data["tenders"],
            parts=data["parts"],
            seen=data["seen"],
            copay=self._find_copay(data),
            memo=data["memo"] if data["purpose"] == Purpose.OTHER else "",
            tendered_cents=data["tendered_cents"],
            **self.facts(data),
        )
        change = f" Change due: {format_cents(data['change_cents'])}." if data["change_cents"] else ""
        page = print_page(number) if get_desk(self.request.user).prints else receipt_page(number)
        return page, f"Receipt {number} was issued. It shows in the patient's portal now.{change}"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=f"Take a payment from {self.target.name}",
            recent=find_taken_just_now(self.target, now=self.now),
            attempts=find_open_attempts(self.target),
            balances=self.balances,
            escrow_cents=get_credit(self.target),
            **context,
        )
