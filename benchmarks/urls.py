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
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer

from payments.attempts import ATTEMPTS_ALLOWED, ATTEMPTS_WINDOW
from payments.models import Payment
from pops.core.accounts.models import ServiceLine
from pops.core.money import format_cents
from pops.quickpay.models import Link
from pops.web.portal.access import GuarantorRequest, guarantor_required
from pops.web.portal.quickpay.session import LINK
from receipts.history import PAGE
from receipts.models import Posting, Receipt, Transaction


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


class TransactionShape(serializers.ModelSerializer):
    """What one would declare."""

    class Meta:
        model = Transaction
        fields = (
            "number", "method", "amount_cents", "requested_cents", "card_brand", "card_last4", "check_number",
            "approval_code", "reason",
        )  # fmt: skip


class PostingShape(serializers.ModelSerializer):
    """What one would declare."""

    class Meta:
        model = Posting
        fields = ("service_id", "amount_cents", "batch")


class ReceiptShape(serializers.ModelSerializer):
    """As many fields as the API's own rows have, from the model and what it is joined with."""

    owner = serializers.CharField(source="guarantor.account_number")
    voided_at = serializers.DateTimeField(source="void.voided_at", default=None)
    void_reason = serializers.CharField(source="void.reason", default="")
    issued_by: Any = serializers.StringRelatedField()
    transactions = TransactionShape(many=True)
    postings = PostingShape(many=True)

    class Meta:
        model = Receipt
        fields = (
            "number", "kind", "status", "channel", "owner", "guarantor", "guarantor_name", "account_number", "batch",
            "amount_cents", "received_on", "received_at", "issued_at", "issued_by", "refund_of", "reason", "voided_at",
            "void_reason", "standing", "is_paid", "is_refund", "is_online_payment", "transactions", "postings",
        )  # fmt: skip


class BareReceipts(ListAPIView):
    """What one would write for a list of receipts with DRF without thinking twice; nobody is asked who they are."""

    authentication_classes: list[Any] = []
    permission_classes = (AllowAny,)
    renderer_classes = (JSONRenderer,)
    throttle_classes: list[Any] = []
    pagination_class = None
    serializer_class = ReceiptShape

    def get_queryset(self) -> Any:
        rows = Receipt.objects.select_related("guarantor", "issued_by", "void")
        rows = rows.prefetch_related("transactions", "postings").order_by("-received_on", "-received_at", "-number")
        return rows[: int(self.request.GET["size"])]


urlpatterns = [
    path("amounts/", amounts),
    path("bare/", bare),
    path("bare-receipts/", login_not_required(BareReceipts.as_view())),
    path("rows/", rows),
    path("lines/<int:count>/", lines),
    path("smallest/", smallest),
    path("", include("pops.urls")),
]
