"""The pages of paying, through whichever door."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from pops.web.portal.access import guarantor_required
from pops.web.portal.pay import confirming, views


def open_by(door: Callable[[Any], Any]) -> list[URLPattern]:
    """The pages that both doors have. The door says whose account it is, and that it may be paid."""
    return [
        path("", door(views.start), name="start"),
        path("<uuid:payment_id>/", door(views.pay), name="pay"),
        path("<uuid:payment_id>/again/", door(views.again), name="again"),
        path("<uuid:payment_id>/check/", door(confirming.check), name="check"),
        path("<uuid:payment_id>/rest/", door(views.rest), name="rest"),
        path("<uuid:payment_id>/return/", door(views.returned), name="returned"),
    ]


app_name = "payments"
urlpatterns = [
    *open_by(guarantor_required),
    path("<uuid:payment_id>/stored/", confirming.stored, name="stored"),
]
