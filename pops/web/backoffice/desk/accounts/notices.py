"""Telling a guarantor what is due, while they are on the phone: seen first, then sent."""

from typing import Any

from django import forms
from django.shortcuts import get_object_or_404

from notifications.models import Message
from pops.balance_notices.asked import preview_notice, send_notice, why_not_send, why_not_send_any
from pops.balance_notices.consent import get_consent_words, has_consented
from pops.core.accounts.models import Guarantor
from pops.core.refusals import Refused
from pops.web.backoffice.desk.accounts.by_hand import page_of
from pops.web.backoffice.desk.action import DeskAction
from pops.web.backoffice.once import SentOnce

Channel = Message.Channel


class NoticeForm(SentOnce):
    """By which way, and whether they agreed to texts."""

    channel = forms.ChoiceField(
        label="Send it by",
        choices=[(channel.value, channel.label) for channel in Message.TO_PEOPLE],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how to send it."},
    )
    has_agreed = forms.BooleanField(
        label="I read this to the guarantor, who agreed, and the number is theirs", required=False
    )


class SendNotice(DeskAction):
    """A balance notice now, at $0 too. What it will say stands beside the button."""

    rights = ("balance_notices.send_balancenotice",)
    title = "Send a balance notice to {}"
    template_name = "backoffice/send_notice.html"
    target_name = "guarantor"
    form_class = NoticeForm
    button = "Send it"
    field_of = {"no_consent": "has_agreed", "no_address": "channel", "no_number": "channel", "stopped": "channel"}

    def find_target(self) -> Guarantor:
        return get_object_or_404(Guarantor.objects.select_related("group"), pk=self.kwargs["guarantor_id"])

    def why_not(self) -> Refused | None:
        return why_not_send_any(self.target)

    def do(self, form: NoticeForm) -> tuple[str, str]:
        facts = {name: form.cleaned_data[name] for name in ("channel", "has_agreed")}
        send_notice(guarantor_id=self.target.pk, **facts, now=self.now, by=self.request.user)
        return page_of(self.target), "The notice is on its way."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        previews = [self._preview(channel) for channel in Message.TO_PEOPLE]
        asks = not has_consented(self.target) and previews[-1]["refusal"] is None
        words = get_consent_words(self.target) if asks else ""
        shown = {"previews": previews, "consent": words, "back": page_of(self.target)}
        return super().get_context_data(**shown, **context)

    def _preview(self, channel: Message.Channel) -> dict[str, Any]:
        refusal = why_not_send(self.target, channel)
        said = None if refusal else preview_notice(self.target, channel=channel, by=self.request.user)
        to = self.target.phone if channel == Channel.TEXT else self.target.email
        return {"channel": channel, "refusal": refusal, "said": said, "to": to}
