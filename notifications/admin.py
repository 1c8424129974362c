from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from notifications import services
from notifications.models import ReceiptEmail
from pops.accounts.models import User
from pops.readonly_admin import ReadOnlyAdmin


class SendAgainForm(forms.Form):
    reason = forms.CharField(
        label="Why is it sent again?",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why."},
    )


@admin.register(ReceiptEmail)
class ReceiptEmailAdmin(ReadOnlyAdmin):
    list_display = ["receipt", "state", "to", "queued_at", "sent_at", "ended_at", "note"]
    list_filter = ["state", "reason", "queued_at"]
    list_select_related = ["receipt"]
    search_fields = ["receipt__number", "to", "receipt__guarantor_name", "receipt__account_number", "message_id"]
    search_help_text = "Receipt number, address, guarantor, account number or Message-ID"
    change_form_template = "notifications/email_change_form.html"
    fieldsets = [
        (None, {"fields": ["receipt", "to", "state", "note"]}),
        ("When", {"fields": ["queued_at", "sent_at", "ended_at", "attempts", "due_at"]}),
        ("Sent again", {"fields": ["copy_of", "copied_by", "copy_reason"]}),
        ("For looking it up", {"fields": ["message_id", "provider_id"]}),
    ]

    @admin.display(description="Why")
    def note(self, email: ReceiptEmail) -> str:
        return email.get_reason_display() or email.error

    def get_urls(self) -> list[URLPattern]:
        again = path(
            "<int:email_id>/send-again/",
            self.admin_site.admin_view(self.send_again),
            name="notifications_receiptemail_send_again",
        )
        return [again, *super().get_urls()]

    def send_again(self, request: HttpRequest, email_id: int) -> HttpResponse:
        """Ask why, then send a receipt's email once more."""
        if not request.user.has_perm("notifications.send_receipt_email_again"):
            raise PermissionDenied
        email = get_object_or_404(ReceiptEmail.objects.select_related("receipt__guarantor"), pk=email_id)
        form = SendAgainForm(request.POST or None)
        if form.is_valid() and self._send_again(request, email, form):
            return redirect("admin:receipts_receipt_change", email.receipt_id)
        context: dict[str, Any] = {"title": "Send again", "email": email, "form": form, "opts": self.opts}
        return TemplateResponse(
            request, "notifications/send_again.html", {**self.admin_site.each_context(request), **context}
        )

    def _send_again(self, request: HttpRequest, email: ReceiptEmail, form: SendAgainForm) -> bool:
        assert isinstance(request.user, User)  # staff, see has_perm above
        try:
            copy = services.send_again(email_id=email.pk, reason=form.cleaned_data["reason"], by=request.user)
        except services.CannotSendAgain as refusal:
            form.add_error(None, str(refusal))
            return False
        messages.success(request, f"The email of receipt {email.receipt_id} is queued again, to {copy.to}.")
        return True
