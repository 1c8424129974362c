from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from pops.core.accounts.models import ServiceLine
from pops.web.portal.access import GuarantorRequest, guarantor_required
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


urlpatterns = [
    path("bare/", bare),
    path("rows/", rows),
    path("lines/<int:count>/", lines),
    path("smallest/", smallest),
    path("", include("pops.urls")),
]
