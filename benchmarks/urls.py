import uuid
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from payments.attempts import ATTEMPTS_ALLOWED, ATTEMPTS_WINDOW
from payments.models import Payment
from pops.core.accounts.models import ServiceLine
from pops.core.money import format_cents
from pops.quickpay.models import Link
from pops.web.portal.access import GuarantorRequest, guarantor_required
from pops.web.portal.quickpay.session import LINK
from receipts.history import PAGE
from receipts.models import Transaction


@csrf_exempt
@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    """The least that a Django view can do."""
    return HttpResponse(status=200)


@guarantor_required
def rows(request: GuarantorRequest) -> HttpResponse:
    """What one would write for a list without thinking twice: a query, and a template that renders each row."""
    newest = Transaction.objects.filter(receipt__guarantor=request.guarantor).select_related("receipt")
    newest = newest.order_by("-receipt__received_at", "-receipt__number")[:PAGE]
    return render(request, "benchmarks/rows.html", {"transactions": newest})


@guarantor_required
def lines(request: GuarantorRequest, count: int) -> HttpResponse:
    """The same for visits: so many of the guarantor's lines, the latest first."""
    latest = ServiceLine.objects.filter(encounter__patient__guarantor=request.guarantor)
    latest = latest.select_related("encounter__patient", "encounter__provider", "encounter__facility")
    latest = latest.order_by("-service_date", "-pk")[:count]
    return render(request, "benchmarks/lines.html", {"lines": latest})


@guarantor_required
def smallest(request: GuarantorRequest) -> HttpResponse:
    """The smallest page that only a guarantor sees."""
    return HttpResponse("<!DOCTYPE html><title>POPS</title>")


class AmountForm(forms.Form):
    """What one would ask for."""

    payment_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    choice = forms.ChoiceField(widget=forms.RadioSelect)
    other_amount = forms.DecimalField(required=False, max_digits=9, decimal_places=2, min_value=0)

    def __init__(self, *args: Any, cents: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("current", f"Current Balance {format_cents(cents)}"), ("other", "Other amount")]
        self.fields["choice"].choices = choices  # type: ignore[attr-defined]


@login_not_required
def amounts(request: HttpRequest) -> HttpResponse:
    """The same for paying by a link: the account in the session, what it owes, a form, and a row for what is sent."""
    guarantor = Link.objects.select_related("guarantor__group").get(pk=request.session[LINK]).guarantor
    owed = ServiceLine.objects.filter(owed__guarantor=guarantor).aggregate(cents=Sum("owed__payable_cents"))["cents"]
    form = AmountForm(request.POST or None, cents=owed)
    if form.is_valid():
        data = form.cleaned_data
        cents = owed if data["choice"] == "current" else int(100 * data["other_amount"])
        recent = Payment.objects.filter(guarantor=guarantor, started_at__gt=timezone.now() - ATTEMPTS_WINDOW)
        if recent.count() >= ATTEMPTS_ALLOWED:
            return HttpResponse(status=429)
        facts = {"guarantor": guarantor, "amount_cents": cents}
        Payment.objects.get_or_create(pk=data["payment_id"], defaults=facts)
        return redirect(f"/quickpay/{data['payment_id']}/")
    return render(request, "benchmarks/amounts.html", {"guarantor": guarantor, "form": form})


urlpatterns = [
    path("amounts/", amounts),
    path("bare/", bare),
    path("rows/", rows),
    path("lines/<int:count>/", lines),
    path("smallest/", smallest),
    path("", include("pops.urls")),
]
