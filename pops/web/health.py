"""What machines ask for: the health check, and the icon that browsers look for."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static


@login_not_required
def favicon(request: HttpRequest) -> HttpResponseBase:
    """Browsers ask here on pages that name no icon, such as a PDF."""
    return redirect(static("img/favicon.svg"))


@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """200 when this process reaches its database: for load balancers and containers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
