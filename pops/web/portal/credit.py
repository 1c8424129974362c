"""A guarantor's credit: what the account and pay pages say of it, and its use."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from pops.core.accounts.models import Guarantor
from pops.core.money import format_cents
from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused
from pops.web.portal.access import GuarantorRequest, guarantor_required, option_required
from receipts.corrections.credit import get_usable_credit, use_credit
from receipts.owed import Balances
from receipts.visible import get_visible


def get_credit_context(guarantor: Guarantor, balances: Balances, credit_cents: int | None) -> dict[str, Any]:
    """The credit, None where it isn't shown, and how much of it can be applied to the Current Balance now, in cents."""
    usable = get_usable_credit(guarantor, current_cents=balances.current_cents) if credit_cents else 0
    # How much can be used would tell a Current Balance that isn't shown.
    how_much = format_cents(usable) if guarantor.group.show_current_balance else "credit"
    return {"credit_cents": credit_cents, "usable_cents": usable, "use_label": f"Use my {how_much} first"}


@require_POST
@guarantor_required
@option_required("show_escrow")
def use(request: GuarantorRequest) -> HttpResponseBase:
    """Apply the credit to what is owed, then say on the page that it was asked from what is left to pay."""
    today = get_practice().business_date(timezone.now())
    try:
        cents = use_credit(guarantor_id=request.guarantor.pk, today=today, by=request.user)
    except Refused:
        messages.info(request, "No credit was applied: there is none left, or nothing that it could be applied to.")
    else:
        left = get_visible(request.guarantor)
        words = f"{format_cents(cents)} of your credit is applied."
        words = f"{words} Your {left.owed_label} is {format_cents(left.owed_cents)} now."
        messages.success(request, f"{words} No card was charged.")
    account = "account" if request.guarantor.group.account_dashboard else "home"
    return redirect("payments:start" if "pay" in request.POST else account)
