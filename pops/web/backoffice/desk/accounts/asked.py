"""What guarantors asked for on the portal: appointments, and a phone number to be used."""

from typing import Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse

from pops.appointments.asking import answer_request, why_not_end
from pops.appointments.models import AppointmentRequest
from pops.core.accounts.confidential import shown_to
from pops.core.refusals import Refused
from pops.logins.models import PhoneChange
from pops.logins.phones import decline_phone, take_phone, why_not_settle_phone
from pops.web.backoffice.desk.action import DeskAction
from pops.web.backoffice.once import SentOnce


class AnswerForm(SentOnce):
    """What the guarantor reads."""

    ANSWER, DECLINE = "answer", "decline"

    decision = forms.ChoiceField(
        widget=forms.RadioSelect,
        choices=[(ANSWER, "Answer it"), (DECLINE, "Decline it")],
        error_messages={"required": "Choose whether you answer or decline it."},
    )
    note = forms.CharField(
        label="What the guarantor reads",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="On the portal, after signing in. The email only says that there is an answer.",
        error_messages={"required": "Enter what the guarantor is to read."},
    )


class PhoneForm(SentOnce):
    """Whether the number is used."""

    TAKE, DECLINE = "take", "decline"

    decision = forms.ChoiceField(
        widget=forms.RadioSelect,
        choices=[(TAKE, "Use it: the guarantor was reached on it"), (DECLINE, "Keep the number on file")],
        error_messages={"required": "Choose what becomes of the number."},
    )
    note = forms.CharField(required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class Answer(DeskAction):
    """Answer a request for an appointment, or decline it."""

    rights = ("appointments.answer_request",)
    title = "Answer a request for an appointment"
    target_name = "asked"
    form_class = AnswerForm
    button = "Send the answer"

    def find_target(self) -> AppointmentRequest:
        found = shown_to(self.request.user, AppointmentRequest.objects.select_related("guarantor", "patient"))
        return get_object_or_404(found, pk=self.kwargs["request_id"])

    def why_not(self) -> Refused | None:
        return why_not_end(self.target)

    def do(self, form: AnswerForm) -> tuple[str, str]:
        data = form.cleaned_data
        is_declined = data["decision"] == AnswerForm.DECLINE
        answer_request(
            request_id=self.target.pk, is_declined=is_declined, note=data["note"], now=self.now, by=self.request.user
        )
        return _list_of("appointments_appointmentrequest"), "The guarantor reads your answer on the portal."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        asked = self.target
        parts = [f"{asked.guarantor} asks for {asked.patient}: {asked.wishes}.", asked.reason]
        back = _list_of("appointments_appointmentrequest")
        return super().get_context_data(lead=" ".join(filter(None, parts)), back=back, **context)


class SettlePhone(DeskAction):
    """Use a guarantor's new phone number, or not."""

    rights = ("logins.settle_phonechange",)
    title = "A guarantor's new phone number"
    target_name = "change"
    form_class = PhoneForm
    button = "Save"

    def find_target(self) -> PhoneChange:
        return get_object_or_404(PhoneChange.objects.select_related("guarantor"), pk=self.kwargs["change_id"])

    def why_not(self) -> Refused | None:
        return why_not_settle_phone(self.target)

    def do(self, form: PhoneForm) -> tuple[str, str]:
        facts = {"change_id": self.target.pk, "note": form.cleaned_data["note"], "now": self.now}
        page = _list_of("logins_phonechange")
        if form.cleaned_data["decision"] == PhoneForm.DECLINE:
            decline_phone(by=self.request.user, **facts)
            return page, "The number on file stays."
        take_phone(by=self.request.user, **facts)
        return page, "The number is used from now on."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        change = self.target
        wish = f"to be called on {change.new_phone}" if change.new_phone else "to have the number on file taken away"
        lead = (
            f"{change.guarantor} asks {wish}, instead of {change.old_phone or 'no number'}. Call it before you use it."
        )
        return super().get_context_data(lead=lead, back=_list_of("logins_phonechange"), **context)


def _list_of(model: str) -> str:
    """The list of what still waits."""
    return f"{reverse(f'admin:{model}_changelist')}?state__exact=waiting"
