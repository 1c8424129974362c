"""Appointments by patient, as the practice's own system told us, and asking for one. Both by option of the group."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pops.appointments.asking import ask_for_appointment, why_not_ask, withdraw_request
from pops.appointments.selectors import find_appointments, find_patients, find_requests
from pops.core.accounts.models import Guarantor, Patient
from pops.core.refusals import Refused
from pops.web.portal.access import GuarantorRequest, guarantor_required
from pops.web.portal.answering import counted, is_done, show_form
from pops.web.sign_in.limits import APPOINTMENTS
from pops.web.typed import TypedForm


class RequestForm(TypedForm):
    """For whom, when, and in a few words why."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    patient = forms.ModelChoiceField(
        queryset=Patient.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "Choose for whom.", "invalid_choice": "Choose one of these patients."},
    )
    wishes = forms.CharField(max_length=200, error_messages={"required": "Enter days and times that suit you."})
    reason = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, guarantor: Guarantor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patients = list(find_patients(guarantor))
        self.fields["patient"].queryset = find_patients(guarantor)  # type: ignore[attr-defined]
        if len(self.patients) == 1:
            self.fields["patient"].initial = self.patients[0]


@require_safe
@guarantor_required
def appointments(request: GuarantorRequest) -> HttpResponse:
    """Past and upcoming ones of each patient, and what was asked for."""
    _check_option(request.guarantor)
    return render(
        request,
        "portal/appointments/appointments.html",
        {
            "patients": find_appointments(request.guarantor, now=timezone.now()),
            "requests": find_requests(request.guarantor),
            "refusal": why_not_ask(request.guarantor),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@guarantor_required
def ask(request: GuarantorRequest) -> HttpResponseBase:
    """Ask the desk for an appointment, once, however often the form is sent."""
    _check_option(request.guarantor)
    if not request.guarantor.group.appointment_requests:
        raise Http404
    form = RequestForm(request.POST or None, guarantor=request.guarantor)
    if is_done(form, lambda: counted(APPOINTMENTS, request, lambda: _ask(request, form.cleaned_data))):
        messages.success(request, "The practice has your request. The answer appears here.")
        return redirect("appointments")
    refusal = None if form.is_bound else why_not_ask(request.guarantor)
    return show_form(request, "portal/appointments/ask.html", form, refusal=refusal)


@require_POST
@guarantor_required
def withdraw(request: GuarantorRequest, request_id: int) -> HttpResponseBase:
    """Take a wish back."""
    found = get_object_or_404(request.guarantor.appointment_requests, pk=request_id)
    try:
        withdraw_request(request_id=found.pk, now=timezone.now(), by=request.user)
    except Refused as refusal:
        messages.info(request, refusal.words)
    else:
        messages.success(request, "Your request is withdrawn.")
    return redirect("appointments")


def _ask(request: GuarantorRequest, data: dict[str, Any]) -> None:
    ask_for_appointment(guarantor_id=request.guarantor.pk, now=timezone.now(), by=request.user, **data)


def _check_option(guarantor: Guarantor) -> None:
    if not guarantor.group.appointments:
        raise Http404
