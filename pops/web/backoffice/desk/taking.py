"""Taking money: find who pays, enter it, print the receipt."""

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from batches.selectors import find_attached_batch
from pops.core.accounts.models import Guarantor
from pops.core.accounts.search import find_guarantors
from pops.web.backoffice.desk.batches import ASK, practice_today
from pops.web.backoffice.desk.pages import DeskRequest, bound, desk_page, desk_render, once
from pops.web.backoffice.desk.payment_form import TakePaymentForm
from pops.web.backoffice.desk.words import REFUSALS, explain
from receipts.balances import find_taken_just_now
from receipts.itemized import for_itemizing, itemize
from receipts.models import Receipt
from receipts.owed import find_payable_lines, get_balances, get_credit
from receipts.taking import TakenJustNow, take_payment

FOUND_LIMIT = 50


def receipt_page(number: int) -> str:
    return reverse("admin:receipts_receipt_change", args=[number])


def to_receipt(number: int) -> HttpResponseBase:
    return redirect(receipt_page(number))


@desk_page("receipts.take_payment")
@require_GET
def find(request: DeskRequest) -> HttpResponseBase:
    """Find who pays, by name, account number, patient or phone."""
    text = request.GET.get("q", "").strip()[:100]
    found = find_guarantors(text, limit=FOUND_LIMIT)
    return desk_render(
        request,
        "find.html",
        "Take a payment",
        q=text,
        found=found,
        is_full=len(found) == FOUND_LIMIT,
        attached=find_attached_batch(request.user),
        today=practice_today(),
    )


@desk_page("receipts.take_payment")
@require_http_methods(ASK)
def take(request: DeskRequest, guarantor_id: int) -> HttpResponseBase:
    """Enter what was paid and where it goes."""
    guarantor = get_object_or_404(Guarantor.objects.select_related("group"), pk=guarantor_id)
    lines = find_payable_lines(guarantor)
    form = TakePaymentForm(bound(request), guarantor=guarantor, lines=lines)
    if form.is_valid():
        data = form.cleaned_data

        def issue() -> tuple[str, str]:
            number = take_payment(
                guarantor_id=guarantor_id,
                tenders=data["tenders"],
                channel=Receipt.Channel(data["channel"]),
                parts=data["parts"],
                now=timezone.now(),
                today=practice_today(),
                by=request.user,
                wants_email=data["email"],
                second_reason=data["second_reason"],
            )
            return receipt_page(number), f"Receipt {number} was issued. It shows in the patient's portal now."

        try:
            return once(request, form, issue)
        except TakenJustNow:
            form.add_error("second_reason", "Say why there is a second payment, or leave this page.")
        except REFUSALS as error:
            form.add_error(None, explain(error))
    return desk_render(
        request,
        "take.html",
        f"Take a payment from {guarantor.name}",
        form=form,
        guarantor=guarantor,
        recent=find_taken_just_now(guarantor, now=timezone.now()),
        balances=get_balances(guarantor),
        escrow_cents=get_credit(guarantor),
        attached=find_attached_batch(request.user),
        today=practice_today(),
        status=422 if form.is_bound else 200,
    )


@desk_page("receipts.view_receipt")
@require_GET
def print_receipt(request: DeskRequest, number: int) -> HttpResponseBase:
    """The receipt on paper, for who stands at the desk."""
    receipt = get_object_or_404(for_itemizing(Receipt.objects.all()), pk=number)
    context = {"itemized": itemize(receipt), "receipt": receipt, "receipt_page": "backoffice:print"}
    return render(request, "backoffice/print.html", context)
