"""What guarantors asked for on the portal, and what became of it."""

from django.contrib import admin

from pops.appointments.models import AppointmentRequest
from pops.logins.models import PhoneChange
from pops.web.backoffice.lists.hiding import HidesConfidential
from pops.web.backoffice.lists.readonly import ReadOnlyAdmin
from pops.web.backoffice.lists.searching import FindsPeople


@admin.register(AppointmentRequest)
class AppointmentRequestAdmin(HidesConfidential, FindsPeople, ReadOnlyAdmin):
    """Wishes for appointments. Why somebody wants to be seen stands on the wish's own page alone."""

    list_display = ["asked_at", "patient", "guarantor", "wishes", "state"]
    list_filter = ["state", "asked_at"]
    list_select_related = ["patient", "guarantor"]
    search_help_text = "Guarantor, account number, phone or patient"
    search_fields = ["wishes"]
    ordering = ["-asked_at", "-pk"]
    change_form_template = "backoffice/lists/with_tools.html"
    fields = [
        "guarantor", "patient", "wishes", "reason", "asked_by", "asked_at", "state", "note", "ended_by", "ended_at",
    ]  # fmt: skip


@admin.register(PhoneChange)
class PhoneChangeAdmin(FindsPeople, ReadOnlyAdmin):
    """Phone numbers that guarantors gave."""

    list_display = ["asked_at", "guarantor", "new_phone", "state"]
    list_filter = ["state", "asked_at"]
    list_select_related = ["guarantor"]
    search_help_text = "Guarantor, account number, phone or patient"
    search_fields = ["new_phone"]
    ordering = ["-asked_at", "-pk"]
    change_form_template = "backoffice/lists/with_tools.html"
    fields = ["guarantor", "old_phone", "new_phone", "asked_by", "asked_at", "state", "note", "ended_by", "ended_at"]
