"""Taking money: find who pays, enter it, print the receipt."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from batches.selectors import find_attached_batch
from payments import desk
from payments.backoffice.access import DeskRequest, bound, desk_page, desk_render
from payments.backoffice.payment_form import TakePaymentForm
from payments.backoffice.views.batches import ASK, practice_today
from payments.backoffice.words import REFUSALS, explain
from pops.accounts.models import Guarantor, ServiceLine
from pops.accounts.search import find_guarantors
from pops.accounts.selectors import get_balances, get_credit, service_lines
from receipts.itemized import for_itemizing, itemize
from receipts.models import Receipt

FOUND_LIMIT = 50


def to_receipt(number: int) -> HttpResponseBase:
    return redirect("admin:receipts_receipt_change", number)


def open_lines(guarantor: Guarantor) -> list[ServiceLine]:
    return [line for line in service_lines(guarantor) if line.remaining_cents > 0 and not line.encounter.in_collections]


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
    lines = open_lines(guarantor)
    form = TakePaymentForm(bound(request), guarantor=guarantor, lines=lines)
    if form.is_valid():
        try:
            number = desk.take_payment(
                guarantor_id=guarantor_id,
                tenders=form.cleaned_data["tenders"],
                channel=Receipt.Channel(form.cleaned_data["channel"]),
                parts=form.cleaned_data["parts"],
                by=request.user,
                wants_email=form.cleaned_data["email"],
                second_reason=form.cleaned_data["second_reason"],
            )
        except desk.TakenJustNow:
            form.add_error("second_reason", "Say why there is a second payment, or leave this page.")
        except REFUSALS as error:
            form.add_error(None, explain(error))
        else:
            messages.success(request, f"Receipt {number} was issued. It shows in the patient's portal now.")
            return to_receipt(number)
    return desk_render(
        request,
        "take.html",
        f"Take a payment from {guarantor.name}",
        form=form,
        guarantor=guarantor,
        recent=desk.find_taken_just_now(guarantor),
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
