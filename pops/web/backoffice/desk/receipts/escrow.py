"""Escrow: applied to services, filled from a service that was the wrong one, disbursed."""

from typing import Any

from django.urls import reverse

from pops.core.accounts.confidential import mask_lines
from pops.core.accounts.models import ServiceLine
from pops.core.money import format_cents
from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import receipt_page
from pops.web.backoffice.desk.forms import DisburseForm, TakeBackForm
from pops.web.backoffice.desk.payments.apply_form import EscrowForm
from pops.web.backoffice.desk.receipts.corrections import ReceiptAction
from receipts.balances import find_applied_lines, find_overpaid_lines
from receipts.corrections.escrow import (
    disburse_escrow,
    get_applicable_cents,
    get_free_escrow_cents,
    post_escrow,
    why_not_disburse,
    why_not_post_escrow,
)
from receipts.corrections.take_back import take_back_postings, why_not_take_back
from receipts.owed import find_payable_lines


class PostEscrow(ReceiptAction):
    """Apply escrow of a receipt to services."""

    rights = ("receipts.post_escrow",)
    template_name = "backoffice/escrow.html"
    title = "Apply escrow of receipt {}"
    form_class = EscrowForm

    def why_not(self) -> Refused | None:
        return why_not_post_escrow(self.target)

    def applicable_cents(self) -> int:
        """Its escrow, and what is too much on other services, less what is on its way back to a card."""
        return 0 if self.why_not() else get_applicable_cents(self.target)

    def get_form_kwargs(self) -> dict[str, Any]:
        guarantor = self.target.guarantor
        lines = mask_lines(self.request.user, find_payable_lines(guarantor))
        more = {"guarantor": guarantor, "lines": lines, "escrow_cents": self.applicable_cents()}
        return {**super().get_form_kwargs(), **more}

    def do(self, form: EscrowForm) -> tuple[str, str]:
        data = form.cleaned_data
        cents = post_escrow(
            receipt_number=self.target.pk,
            parts=data["parts"],
            today=self.today,
            by=self.request.user,
            seen=data["seen"],
        )
        return receipt_page(self.target.pk), f"{format_cents(cents)} were applied."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        cents = self.applicable_cents()
        overpaid = min(cents, sum(find_overpaid_lines(self.target).values()))
        return super().get_context_data(escrow_cents=cents - overpaid, overpaid_cents=overpaid, **context)


class TakeBack(ReceiptAction):
    """Take back what was applied to the wrong service, whatever day that was."""

    rights = ("receipts.take_back_posting",)
    title = "Take back what receipt {} was applied to"
    lead = "The money goes into the escrow of this receipt, in the batch you work in. Apply it anew from there."
    form_class = TakeBackForm
    button = "Take it back"
    needs_batch = True

    def why_not(self) -> Refused | None:
        return why_not_take_back(self.target)

    def get_form_kwargs(self) -> dict[str, Any]:
        applied = find_applied_lines(self.target)
        found = ServiceLine.objects.select_related("encounter__patient").in_bulk(applied)
        lines = mask_lines(self.request.user, [found[line] for line in applied])
        return {**super().get_form_kwargs(), "lines": {line: applied[line.pk] for line in lines}}

    def do(self, form: TakeBackForm) -> tuple[str, str]:
        number, data = self.target.pk, form.cleaned_data
        cents = take_back_postings(
            receipt_number=number, parts=data["parts"], reason=data["reason"], today=self.today, by=self.request.user
        )
        return reverse(
            "backoffice:post_escrow", args=[number]
        ), f"{format_cents(cents)} are in escrow now. Apply them anew."


class Disburse(ReceiptAction):
    """Mark escrow as money that doesn't belong here."""

    rights = ("receipts.disburse_escrow",)
    title = "Disburse escrow of receipt {}"
    form_class = DisburseForm
    button = "Mark as disbursed"
    needs_batch = True

    def why_not(self) -> Refused | None:
        return why_not_disburse(self.target)

    def escrow_cents(self) -> int:
        return 0 if self.why_not() else get_free_escrow_cents(self.target)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "escrow_cents": self.escrow_cents()}

    def do(self, form: DisburseForm) -> tuple[str, str]:
        number, data = self.target.pk, form.cleaned_data
        disburse_escrow(
            receipt_number=number, cents=data["cents"], reason=data["reason"], today=self.today, by=self.request.user
        )
        return receipt_page(number), "The escrow is marked as disbursed."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        escrow = format_cents(self.escrow_cents())
        lead = f"{escrow} of this receipt are in escrow. Disbursed money leaves it for good."
        return super().get_context_data(lead=lead, **context)
