"""The one shape of a form of the portal that changes something: done, or shown again with what is wrong."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render

from pops.core.refusals import Refused
from pops.web.portal.access import GuarantorRequest
from pops.web.sign_in.limits import Door, count


def is_done(form: Form, job: Callable[[], object], *, field: str | None = None) -> bool:
    """Whether a form is right and its job was done. What the service refuses stands beside the field."""
    if not form.is_valid():
        return False
    try:
        job()
    except Refused as refusal:
        form.add_error(field, refusal.words)
    except ValidationError as error:
        form.add_error(field, error)
    return not form.errors


def counted(door: Door, request: GuarantorRequest, job: Callable[[], object]) -> None:
    """Do a job that may be done so often for the account in hand; what is refused wasn't done. Raises TooOften."""
    used = count(door, f"account {request.guarantor.pk}")
    try:
        job()
    except Refused:
        used.rollback()
        raise


def show_form(request: GuarantorRequest, template: str, form: Form, **more: Any) -> HttpResponse:
    """A page with a form, and what is wrong with it."""
    context = {"form": form, "guarantor": request.guarantor, **more}
    return render(request, template, context, status=422 if form.errors else 200)
