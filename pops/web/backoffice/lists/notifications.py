from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from notifications import kinds
from notifications.models import Message
from pops.core.access.models import User
from pops.core.refusals import Refused
from pops.web.backoffice.lists.readonly import ReadOnlyAdmin
from pops.web.backoffice.lists.searching import FindsPeople
from pops.web.typed import TypedForm
from receipts.models import Receipt
from receipts.notices import send_again, why_not_mail_again


class SendAgainForm(TypedForm):
    """Why a message is sent again."""

    reason = forms.CharField(
        label="Why is it sent again?",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why."},
    )


@admin.register(Message)
class MessageAdmin(FindsPeople, ReadOnlyAdmin):
    """The outbox: what became of each message."""

    list_display = ["about", "channel", "state", "to", "queued_at", "sent_at", "ended_at", "note"]
    list_filter = ["kind", "channel", "state", "queued_at"]
    linked = ["ended_at"]
    search_fields = ["=about_id", "to", "message_id"]
    search_help_text = "Receipt number, address or number, guarantor, account number, phone, patient or Message-ID"
    change_form_template = "backoffice/lists/with_tools.html"
    fieldsets = [
        (None, {"fields": ["about", "guarantor", "channel", "to", "state", "note"]}),
        ("When", {"fields": ["queued_at", "sent_at", "ended_at", "attempts", "due_at"]}),
        ("Sent again", {"fields": ["copy_of", "copied_by", "copy_reason"]}),
        ("For looking it up", {"fields": ["message_id", "provider_id"]}),
    ]

    @admin.display(description="About", ordering="about_id")
    def about(self, message: Message) -> str:
        return str(message)

    @admin.display(description="Why")
    def note(self, message: Message) -> str:
        return message.why

    def get_urls(self) -> list[URLPattern]:
        again = path(
            "<int:message_id>/send-again/",
            self.admin_site.admin_view(self.send_again),
            name="notifications_message_send_again",
        )
        return [again, *super().get_urls()]

    def send_again(self, request: HttpRequest, message_id: int) -> HttpResponse:
        """Ask why, then send a receipt's email once more."""
        if not request.user.has_perm("notifications.send_message_again"):
            raise PermissionDenied
        again = [kind.name for kind in kinds.find_kinds() if kind.can_be_sent_again]
        found = Message.objects.filter(kind__in=again).select_related("guarantor")
        message = get_object_or_404(found, pk=message_id)
        form = SendAgainForm(request.POST or None)
        if form.is_valid() and self._send_again(request, message, form):
            return redirect("admin:receipts_receipt_change", message.about_id)
        receipt = get_object_or_404(Receipt.objects.select_related("guarantor__group", "void"), pk=message.about_id)
        context: dict[str, Any] = {"title": "Send again", "message": message, "form": form, "opts": self.opts}
        context["refusal"] = why_not_mail_again(receipt, message)
        return TemplateResponse(
            request, "backoffice/lists/send_again.html", {**self.admin_site.each_context(request), **context}
        )

    def _send_again(self, request: HttpRequest, message: Message, form: SendAgainForm) -> bool:
        assert isinstance(request.user, User)  # staff, see has_perm above
        try:
            copy = send_again(message_id=message.pk, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.words)
            return False
        messages.success(request, f"The email of receipt {message.about_id} is queued again, to {copy.to}.")
        return True
